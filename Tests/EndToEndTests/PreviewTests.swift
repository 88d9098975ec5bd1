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
    }
}
