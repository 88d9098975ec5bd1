import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// What would be posted, before anything is.
    @Suite struct Previews {
        @Test(.timeLimit(.minutes(2)))
        func `the newest documents are mapped and nothing is written`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 80, services: []) { $0.giftCard = nil }
                let preview = try await stage.ask("preview", "acme", "--limit", "80", status: 1)
                let documents = try #require(preview["documents"]?.array)
                let due = try await books.due()
                var entered: [String: Decimal] = [:]
                for document in documents where document["kind"]?.string == "order" {
                    guard document["decision"]?.string == "enter" else { continue }
                    let number = try #require(document["document"]?.string)
                    entered[number] = document["total"]?.string.flatMap { Decimal(string: $0) }
                    let lines = try #require(document["lines"]?.array)
                    let sum = lines.compactMap { $0["amount"]?.string.flatMap { Decimal(string: $0) } }
                        .reduce(0, +)
                    #expect(sum == entered[number], "\(number)")
                }
                let refused = documents.filter { $0["problems"]?.isEmpty == false }
                    .compactMap { $0["document"]?.string }
                #expect(entered == due.filter { !refused.contains($0.key) })
                #expect(documents.contains { $0["kind"]?.string == "creditmemo" })
                // What is in the way is said once, with its mend.
                let problems = try #require(preview["problems"]?.array)
                #expect(problems.compactMap { $0["count"]?.int }.reduce(0, +) == refused.count)
                #expect(problems.allSatisfy { $0["fix"]?.string?.contains("giftCard") == true })
                // The newest come first, and --limit is heeded.
                let few = try await stage.ask(
                    "preview",
                    "acme",
                    "--limit",
                    "1",
                    "--since",
                    "2020-01-01",
                    status: 0
                )
                #expect(few["documents"]?.array?.first?["number"] == documents.first?["number"])
                #expect(try await stage.states().isEmpty)
                #expect(try await books.posted().isEmpty)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `documents are compared with Sage 300, and the rows that are missing are printed`() async throws
        {
            try await withStage { stage in
                var (plan, _) = try await stage.opened(orders: 80, services: [])
                plan.giftCard = nil
                plan.storeViews = "default"
                try await stage.apply(plan)
                try await plan.sage.tell("companies/SAMINC/accounts", ["code": "4100", "status": "Inactive"])
                try await plan.sage.tell("companies/SAMINC/periods", ["period": "2025-01", "closed": true])
                let preview = try await stage.ask("preview", "acme", "--limit", "80", status: 1)
                var problems: [String: JSON] = [:]
                for problem in preview["problems"]?.array ?? [] {
                    problems[problem["code"]?.string ?? ""] = problem
                }
                #expect(preview["notCompared"]?.isEmpty == true)
                #expect(problems["period-closed"]?["cause"]?.string?.contains("locked") == true)
                #expect(problems["account-unfit"]?["rows"]?.string?.contains("shipping:") == true)
                #expect(
                    problems["account-missing"]?["rows"]?.string?.contains("accounts:\n  giftCard: \"2310\"")
                        == true
                )
                #expect(
                    problems["store-view-unmapped"]?["rows"]?.string?.contains("storeViews: [default, us_en]")
                        == true
                )
                for problem in problems.values {
                    #expect(problem["example"]?.string?.isEmpty == false && (problem["count"]?.int ?? 0) > 0)
                }
                let requests = try await plan.sage.read("requests")
                #expect(Set((requests["log"]?.array ?? []).compactMap { $0["method"]?.string }) == ["GET"])
                #expect(try await stage.states().isEmpty)
                let text = try await stage.run("preview", "acme", "--limit", "80")
                #expect(text.status == 1 && text.output.contains("rows to add to the tenant file"))
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `without Sage 300 the store alone is previewed, and that is said`() async throws {
            try await withStage { stage in
                let (plan, _) = try await stage.opened(orders: 60, services: [])
                plan.sage.program.kill()
                let preview = try await stage.ask("preview", "acme", "--limit", "20", status: 3)
                #expect(preview["documents"]?.array?.isEmpty == false)
                #expect(preview["notCompared"]?.array?.first?["company"]?.string == "SAMINC")
            }
        }
    }
}
