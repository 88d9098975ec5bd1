import ExactJSON
import FaultCatalogue
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// Tenant files at the terminal: faults, versions, and what the audit says of them.
    @Suite struct TenantFiles {
        private static let catalogue = ConfigurationFaults.all

        @Test(.timeLimit(.minutes(5)))
        func `every catalogued fault is refused by line and key, and no service notices`() async throws {
            try await withStage { stage in
                _ = try await stage.opened(orders: 30)
                try await stage.sync()
                try await stage.settled()
                let shown = try await stage.ask("tenant", "show", "acme")
                let before = try await stage.states()
                let events = try await stage.peek("select count(*) as count from document_events")
                for fault in Self.catalogue.faults {
                    let answer = try await refusal(of: fault, on: stage)
                    #expect(answer.status == 2, "\(fault): \(answer.output) \(answer.messages)")
                    let problems = try #require(try answer.json()["problems"]?.array, "\(fault)")
                    #expect(problems.count == 1, "\(fault)")
                    #expect(problems.first?["line"]?.int == fault.line, "\(fault)")
                    #expect(problems.first?["key"]?.string == fault.key, "\(fault)")
                    #expect(problems.first?["reason"]?.string.map(fault.isSaid(by:)) == true, "\(fault)")
                    // What is not to be seen is not said.
                    #expect(!(answer.output + answer.messages).contains("planted"), "\(fault)")
                    #expect(answer.messages.contains("Nothing was applied."), "\(fault)")
                }
                #expect(try await stage.ask("tenant", "show", "acme") == shown)
                #expect(try await stage.ask("tenant", "versions", "acme").array?.count == 1)
                #expect(try await stage.states() == before)
                let now = try await stage.peek("select count(*) as count from document_events")
                #expect(try now[0].get("count", as: Int.self) == events[0].get("count", as: Int.self))
            }
        }

        private func refusal(of fault: ConfigurationFaults.Fault, on stage: Stage) async throws -> Answer {
            let file = try stage.write(Self.catalogue.text(of: fault), to: "\(fault.id).yaml")
            var environment = Self.catalogue.environment(of: fault)
            environment["TENANT_ADDRESS_POLICY"] = fault.policy ?? "open"
            return try await stage.finish(
                stage.start("connectorctl", ["tenant", "apply", file, "--json"], environment: environment)
            )
        }

        @Test(.timeLimit(.minutes(1)))
        func `what is no text is said`() async throws {
            try await withStage { stage in
                let file = stage.folder.appending(path: "latin1.yaml")
                try Data([0x74, 0x3A, 0x20, 0xE9, 0x0A]).write(to: file)
                let latin = try await stage.run("tenant", "apply", file.path)
                #expect(latin.status == 2 && latin.messages.contains("is not UTF-8"))
                let folder = try await stage.run("tenant", "apply", stage.folder.path)
                #expect(folder.status == 2 && folder.messages.contains("it is a folder"))
                let none = try await stage.run("tenant", "apply", "/no/such/file")
                #expect(none.status == 2 && none.messages.contains("There is no file"))
                let schema = try await stage.run("tenant", "schema")
                #expect(
                    try schema.json()["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema"
                )
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `versions are told, compared and gone back to, and documents name theirs`() async throws {
            try await withStage { stage in
                var (plan, books) = try await stage.opened(orders: 40) { $0.startDate = "2030-01-01" }
                try await stage.sync()
                try await stage.settled()
                #expect(try await stage.states(kind: "order")["skipped"] == 40)
                plan.startDate = "2025-01-01"
                let file = try stage.write(plan.text, to: "next.yaml")
                let rehearsed = try await stage.ask("tenant", "apply", "--dry-run", file)
                #expect(rehearsed["differences"]?.array?.count == 1)
                #expect(
                    rehearsed["differences"]?.array?.first?["key"]?.string == "companies[SAMINC].startDate"
                )
                #expect(rehearsed["reconsidered"]?.int.map { $0 >= 40 } == true)
                #expect(try await stage.ask("tenant", "versions", "acme").array?.count == 1)
                let compared = try await stage.ask("tenant", "diff", "acme", file)
                #expect(compared["differences"] == rehearsed["differences"])
                try await stage.ask("tenant", "apply", file)
                try await stage.settled()
                try await books.agree()
                let number = try #require(
                    try await stage.peek(
                        "select number from documents where kind = 'order' and state = 'posted' limit 1"
                    )
                    .first?.get("number", as: String.self)
                )
                let why = try await stage.ask("why", "acme", number)
                let versions = why["events"]?.array?.compactMap { event in
                    event["configurationVersion"]?.int.map { "\(event["outcome"]?.string ?? "") \($0)" }
                }
                #expect(versions?.first == "skipped 1")
                #expect(versions?.last == "posted 2")
                // Back, and what it takes with it.
                let back = try await stage.ask(
                    "tenant",
                    "rollback",
                    "acme",
                    "--to",
                    "1",
                    "--reason",
                    "a trial"
                )
                #expect(back["version"]?.int == 3)
                let list = try await stage.ask("tenant", "versions", "acme").array ?? []
                #expect(list.map { $0["version"]?.int } == [1, 2, 3])
                #expect(list.last?["restores"]?.int == 1)
                #expect(list.last?["reason"]?.string == "a trial")
                #expect(list.allSatisfy { $0["by"]?.string?.isEmpty == false })
                let same = try await stage.run("tenant", "diff", "acme", "1", "3")
                #expect(same.output == "Nothing differs.\n")
                let diff = try await stage.run("tenant", "diff", "acme")
                #expect(diff.output == "companies[SAMINC].startDate: \"2025-01-01\" → \"2030-01-01\"\n")
                for wrong in [
                    ["--to", "9", "--reason", "r"], ["--to", "3", "--reason", "r"], ["--to", "1"],
                ] {
                    let answer = try await stage.finish(
                        stage.start("connectorctl", ["tenant", "rollback", "acme"] + wrong)
                    )
                    #expect(answer.status == 2, "\(wrong)")
                }
            }
        }
    }
}
