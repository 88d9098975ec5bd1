import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// `tenant remove`: what goes, what stays, and that nothing is entered twice should the tenant come back.
    @Suite struct TenantRemoval {
        /// Tables that may name a removed tenant whose audit was kept.
        private static let kept: Set = ["document_events", "removed_tenants", "ledger_remains"]

        @Test(.timeLimit(.minutes(4)))
        func `a tenant goes with its secrets and people, and comes back without doubles`() async throws {
            try await withStage { stage in
                // Without an account for gift cards, so that there are dead letters.
                let (plan, books) = try await stage.opened(orders: 60) { $0.giftCard = nil }
                let store = try await stage.startStore(orders: 30, seed: 2)
                var other = TenantPlan(tenant: "other", store: store, sage: books.sage)
                (other.prefix, other.customerPrefix) = ("OT", "X")
                try await stage.apply(other)
                try await stage.sync(status: 1)
                try await stage.sync("other")
                try await stage.settled()
                try await stage.settled("other")
                let posted = try await books.posted()
                let others = try await stage.states("other")
                try await eventually("letters are in the store") {
                    (try await !stage.deadLetters().isEmpty).orNil
                }
                let export = stage.folder.appending(path: "audit.jsonl").path
                let unasked = try await stage.run("tenant", "remove", "acme")
                #expect(unasked.status == 2 && unasked.messages.contains("--yes acme"))
                let mistaken = try await stage.run("tenant", "remove", "acme", "--yes", "other")
                #expect(mistaken.status == 2)
                let done = try await stage.ask(
                    "tenant",
                    "remove",
                    "acme",
                    "--yes",
                    "acme",
                    "--export",
                    export
                )
                #expect(done["removed"]?.bool == true)
                #expect(done["queues"]?.int == 2 || done["queues"]?.int == 3, "\(done)")
                #expect(done["erased"]?["documents"]?.int.map { $0 > 60 } == true)
                #expect(done["erased"]?["dead letters"]?.int.map { $0 > 0 } == true)
                #expect(done["erased"]?["credentials"]?.int == 5)
                try await expectNothing(of: "acme", on: stage)
                try expectAudit(in: export)
                // The other one has not noticed.
                #expect(try await stage.states("other") == others)
                let queues = try await stage.ask("queues").array ?? []
                #expect(queues.allSatisfy { $0["tenant"]?.string != "acme" })
                // Done already.
                let again = try await stage.ask("tenant", "remove", "acme", "--yes", "acme")
                #expect(again["removed"]?.bool == false)
                // Back, with the account: nothing that is in Sage 300 is entered twice, the rest is.
                var back = plan
                back.giftCard = "2310"
                try await stage.apply(back)
                try await stage.sync()
                try await stage.settled()
                let now = try await books.posted()
                let all = Books(store: store, sage: books.sage)
                let due = try await books.due().merging(all.due(prefix: "OT")) { $1 }
                #expect(now == due, "\(due.count) due, \(now.count) posted; \(posted.count) before")
                try await books.addUp()
                let linked = try await stage.peek(
                    "select count(*) as count from document_events where tenant = 'acme' and stage = 'link'"
                )
                #expect(try linked[0].get("count", as: Int.self) > 20)
                // A name goes on counting: a version is one file.
                #expect(try await stage.ask("tenant", "show", "acme")["version"]?.int == 2)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `what is in doubt stands in the way`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 30) { $0.posting = "review" }
                try await stage.sync()
                try await stage.settled()
                _ = try await stage.peek(
                    """
                    with chosen as (select source_id from documents where tenant = 'acme' and kind = 'order'
                        and state = 'entered' limit 1)
                    update documents set state = 'inDoubt' where tenant = 'acme' and kind = 'order'
                        and source_id in (select source_id from chosen)
                    """
                )
                let refused = try await stage.run("tenant", "remove", "acme", "--yes", "acme")
                #expect(refused.status == 1)
                #expect(refused.messages.contains("1 documents of acme are being written"))
                let list = try await stage.ask("tenant", "list").array ?? []
                #expect(list.first?["paused"]?.bool == false)
                #expect(list.first?["removing"]?.bool == false)
                let forced = try await stage.ask(
                    "tenant",
                    "remove",
                    "acme",
                    "--yes",
                    "acme",
                    "--force",
                    "--erase-audit"
                )
                #expect(forced["left"]?.array?.isEmpty == false)
                try await expectNothing(of: "acme", on: stage)
                let events = try await stage.peek("select count(*) as count from document_events")
                #expect(try events[0].get("count", as: Int.self) == 0)
                _ = books
            }
        }

        @Test(.timeLimit(.minutes(4)))
        func `a removal that is killed is carried to its end by the next`() async throws {
            try await withStage { stage in
                let (plan, books) = try await stage.opened(orders: 60)
                try await stage.sync()
                try await stage.settled()
                for delay in [60, 250, 500, 900, 1300] {
                    let removal = try stage.start(
                        "connectorctl",
                        ["tenant", "remove", "acme", "--yes", "acme"]
                    )
                    try await Task.sleep(for: .milliseconds(delay))
                    removal.kill()
                    try await removal.end()
                }
                if try await !stage.peek("select 1 as one from tenants where erasing_since is not null")
                    .isEmpty
                {
                    let applied = try await stage.run(
                        "tenant",
                        "apply",
                        stage.write(plan.text, to: "again.yaml")
                    )
                    #expect(applied.status == 2 && applied.messages.contains("is being removed"))
                    let resumed = try await stage.run("tenant", "resume", "acme")
                    #expect(resumed.status == 2 && resumed.messages.contains("is being removed"))
                }
                _ = try await stage.ask("tenant", "remove", "acme", "--yes", "acme")
                try await expectNothing(of: "acme", on: stage)
                try await stage.apply(plan)
                try await stage.sync()
                try await stage.settled()
                try await books.agree()
            }
        }

        /// No row of any table names the tenant, but those of its audit.
        private func expectNothing(of tenant: String, on stage: Stage) async throws {
            let tables = try await stage.peek(
                "select tablename::text as name from pg_tables where schemaname = 'public' order by 1"
            ).map { try $0.get("name", as: String.self) }
            for table in tables where !Self.kept.contains(table) {
                let rows = try await stage.peek(
                    "select t::text as row from \(identifier: table) t where position(\(tenant) in t::text) > 0 limit 3"
                )
                #expect(try rows.map { try $0.get("row", as: String.self).prefix(300) } == [], "\(table)")
            }
            // What is kept has nothing of a person.
            let addresses = try await stage.peek(
                "select detail from document_events where tenant = \(tenant) and position('@' in detail) > 0 limit 3"
            )
            #expect(addresses.isEmpty)
        }

        private func expectAudit(in path: String) throws {
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let rows = try lines.map { try JSON(parsing: String($0)) }
            #expect(rows.first?["type"]?.string == "version")
            let documents = rows.filter { $0["type"]?.string == "document" }
            #expect(documents.count > 60)
            #expect(documents.allSatisfy { $0["events"]?.array?.isEmpty == false })
            #expect(!lines.contains { $0.contains("@example") || $0.contains("demoaccesstoken") })
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }
}
