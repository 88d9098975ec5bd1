import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// Keys rotate under services at work, and what the database alone is worth.
    @Suite struct KeyRotation {
        /// What services say of credentials that do not open.
        private static let complaints = ["does not open", "was sealed with key", "cannot be served"]

        @Test(.timeLimit(.minutes(6)), arguments: [false, true])
        func `keys rotate under load, rotations and services killed, and no document fails`(
            cloud: Bool
        ) async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    store: """
                        auth: \(cloud ? "ims" : "oauth1")
                        faults: [{on: "GET *orders*", kind: latency, milliseconds: 150}]
                        """,
                    orders: 120,
                    sage: Crashes.slowSage,
                    services: []
                ) { $0.isCloudService = cloud }
                try stage.startServices(Stage.services + ["invoice-worker"])
                try await stage.begun()
                var (rotations, kills) = (0, 0)
                try await stage.disturbed(times: 10, every: 50...400, seed: 71) { index in
                    switch index % 3 {
                    case 0:
                        let answer = try await stage.run("keys", "rotate", "--json")
                        try #require(answer.status == 0, "\(answer.output) \(answer.messages)")
                        rotations += 1
                    case 1:
                        // Killed in the middle of it, whatever it is at.
                        let rotation = try stage.start("connectorctl", ["keys", "rotate", "--prune"])
                        try await Task.sleep(for: .milliseconds(40 + 90 * index))
                        rotation.kill()
                        try await rotation.end()
                    default:
                        let victim = ["invoice-worker", "poller", "customer-worker"][index / 3 % 3]
                        for program in stage.running(victim).prefix(1) { program.kill() }
                        try stage.start(victim)
                        kills += 1
                    }
                }
                #expect(rotations >= 2 && kills >= 1, "\(rotations) rotations, \(kills) kills")
                let last = try await stage.ask("keys", "rotate", "--prune")
                let key = try #require(last["key"]?.string)
                #expect(last["keys"]?.object?.map(\.0) == [key], "\(last.text)")
                // Another host may seal with the one before until it has the new file.
                #expect(try keys(stage).count == 2 && keys(stage).last == key)

                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")
                try await books.agree()
                #expect(try await books.sage.read("requests")["failedSignIns"]?.int == 0)
                let signIns = try await stage.peek("select state from sign_ins").map {
                    try $0.get("state", as: String.self)
                }
                #expect(signIns == ["proven"])
                for program in Stage.services.flatMap({ stage.running($0) }) {
                    for words in Self.complaints {
                        #expect(!program.messages.contains(words), "\(program.name)")
                    }
                }
                // What was applied under the first key is not taken for another password.
                try await stage.sync()
                Rig.report("\(rotations) rotations and \(kills) kills under load: every document posted once")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a service on a host without the new key is waited for, and nothing is re-encrypted`()
            async throws
        {
            try await withStage { stage in
                _ = try await stage.opened(orders: 60, services: [])
                let stale = stage.folder.appending(path: "copy.key").path
                try FileManager.default.copyItem(atPath: stage.keyFile, toPath: stale)
                let worker = try stage.start("customer-worker", environment: ["CREDENTIAL_KEY_FILE": stale])
                try await worker.says("ready")
                let before = try keys(stage)
                let refused = try await stage.ask("keys", "rotate", "--patience", "3", status: 1)
                #expect(refused["resealed"]?.int == 0)
                #expect(refused["waitingFor"]?.array?.first?["service"]?.string == "customer-worker")
                #expect(try await used(stage) == Set(before))

                // As `keys rotate` says: the file is copied, and it is run again.
                let new = try #require(refused["key"]?.string)
                try FileManager.default.removeItem(atPath: stale)
                try FileManager.default.copyItem(atPath: stage.keyFile, toPath: stale)
                let done = try await stage.ask("keys", "rotate")
                #expect(done["key"]?.string == new)
                #expect(try await used(stage) == [new])
                #expect(worker.isRunning)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a stolen database without the key file yields nothing, not even to these programs`()
            async throws
        {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60, services: [])
                let dump = try await stage.dump()
                #expect(dump.contains("COPY public.credentials"))
                for secret in ["democonsumersecret00000000000001", "demoaccesstokensecret00000000001"] {
                    for form in [secret, Data(secret.utf8).base64EncodedString(), Self.digits(secret)] {
                        #expect(!dump.contains(form))
                    }
                }
                let other = stage.folder.appending(path: "other.key").path
                let made = try await stage.run("keys", "generate", "--output", other)
                try #require(made.status == 0)
                let thief = try stage.start(
                    "poller",
                    ["--once", "--tenant", "acme", "--now"],
                    environment: ["CREDENTIAL_KEY_FILE": other]
                )
                #expect(try await thief.end() == 1)
                #expect(thief.messages.contains("was sealed with key"), "\(thief.messages)")
                #expect(try await books.store.read("requests")["total"]?.int == 0)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a password copied from another tenant is not tried, and said, and its own tenant goes on`()
            async throws
        {
            try await withStage { stage in
                let (plan, books) = try await stage.opened(
                    orders: 60,
                    sage: "companies: [{code: SAMINC}, {code: SAMLTD}]",
                    services: []
                )
                var other = plan
                other.tenant = "globex"
                other.several = [CompanyPlan(code: "SAMLTD", storeViews: "default, us_en", prefix: "GL")]
                try await stage.apply(other)
                let copied = try await stage.peek(
                    """
                    update credentials c set key_id = a.key_id, sealed = a.sealed, data_key = a.data_key
                    from credentials a where c.tenant = 'globex' and c.system = 'sage' and a.tenant = 'acme'
                        and a.system = 'sage' returning c.tenant
                    """
                )
                try #require(copied.count == 1)
                let services = try stage.startServices()
                try await services[2].says("tenant globex cannot be served")
                #expect(services[2].messages.contains("written for another tenant or field"))
                try await stage.sync()
                try await books.agree()
                #expect(try await books.sage.read("requests")["failedSignIns"]?.int == 0)
                // Its own file again, and it is served.
                try await stage.apply(other)
                try await stage.sync("globex")
                #expect(try await stage.states("globex")["dead"] == nil)
                #expect(try await stage.states("globex")["posted", default: 0] > 0)
            }
        }

        private static func digits(_ text: String) -> String {
            text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }

        private func keys(_ stage: Stage) throws -> [String] {
            let file = try JSON(parsing: String(contentsOfFile: stage.keyFile, encoding: .utf8))
            return try #require(file["keys"]?.array).compactMap { $0["id"]?.string }
        }

        private func used(_ stage: Stage) async throws -> Set<String> {
            let rows = try await stage.peek(
                "select key_id from credentials union select key_id from access_tokens"
            )
            return Set(try rows.map { try $0.get("key_id", as: String.self) })
        }
    }
}
