import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Exit statuses: 0 done, 1 the answer is no, 2 usage or configuration, 3 a system cannot be reached.
    @Suite struct Usage {
        @Test(.timeLimit(.minutes(2)))
        func `commands end with the statuses the contract names`() async throws {
            try await withStage { stage in
                _ = try await stage.opened(orders: 60, services: [])
                try await expect(3, stage, "sync", "acme")
                try await expect(1, stage, "why", "acme", "NO-SUCH-ORDER")
                try await expect(1, stage, "dead", "show", "4711")
                for wrong in [
                    ["sync"], ["sync", "nobody"], ["sync", "acme", "--from", "2025-01-01"], ["replay"],
                    ["replay", "--all", "--tenant", "acme"], ["why", "acme"], ["no-such-command"],
                    ["tenant", "show", "nobody"], ["tenant", "apply", "/no/such/file"],
                    ["dead", "discard", "1"],
                ] {
                    try await expect(2, stage, wrong)
                }
                for fine in [
                    ["queues"], ["dead", "list"], ["dead", "groups"], ["tenant", "list"],
                    ["tenant", "show", "acme"],
                    ["migrate"], ["replay", "--all", "--dry-run"],
                ] {
                    try await expect(0, stage, fine)
                }
                let shown = try await stage.run("tenant", "show", "acme", "--json")
                #expect(!shown.output.contains("demoaccesstoken00000000000000001"))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a faulty tenant file is refused by line and key, whole`() async throws {
            try await withStage { stage in
                let (plan, _) = try await stage.opened(orders: 60, services: [])
                let before = try await stage.ask("tenant", "show", "acme")
                let faulty = plan.text.replacing("taxGroup: ECOM", with: "taxGrop: ECOM")
                let line = try #require(
                    faulty.split(separator: "\n", omittingEmptySubsequences: false)
                        .firstIndex { $0.contains("taxGrop") }
                )
                let file = try stage.write(faulty, to: "faulty.yaml")
                let answer = try await stage.run("tenant", "apply", file)
                #expect(answer.status == 2)
                #expect(answer.messages.contains("\(line + 1)"), "\(answer.messages)")
                #expect(answer.messages.contains("taxGrop"), "\(answer.messages)")
                #expect(try await stage.ask("tenant", "show", "acme") == before)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `systems that are not there and keys that are not secret are said`() async throws {
            try await withStage { stage in
                let (broker, brokerURL) = try Relay.before(stage.brokerURL)
                let (database, databaseURL) = try Relay.before(stage.databaseURL)
                defer {
                    broker.stop()
                    database.stop()
                }
                let withoutDatabase = try stage.start(
                    "connectorctl",
                    ["tenant", "list"],
                    environment: ["DATABASE_URL": databaseURL]
                )
                #expect(try await withoutDatabase.end() == 3)
                #expect(withoutDatabase.messages.contains("database"))
                let withoutBroker = try stage.start(
                    "connectorctl",
                    ["queues"],
                    environment: ["AMQP_URL": brokerURL]
                )
                #expect(try await withoutBroker.end() == 3)
                #expect(withoutBroker.messages.contains("RabbitMQ"))
                let unset = try stage.start(
                    "connectorctl",
                    ["tenant", "list"],
                    environment: ["DATABASE_URL": ""]
                )
                #expect(try await unset.end() == 2)

                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: stage.keyFile)
                for name in Stage.services {
                    let service = try stage.start(name)
                    #expect(try await service.end() == 2, "\(name): \(service.messages)")
                }
            }
        }

        private func expect(_ status: Int32, _ stage: Stage, _ arguments: String...) async throws {
            try await expect(status, stage, arguments)
        }

        private func expect(_ status: Int32, _ stage: Stage, _ arguments: [String]) async throws {
            let answer = try await stage.finish(stage.start("connectorctl", arguments))
            #expect(
                answer.status == status,
                "connectorctl \(arguments.joined(separator: " ")): \(answer.output) \(answer.messages)"
            )
        }
    }
}
