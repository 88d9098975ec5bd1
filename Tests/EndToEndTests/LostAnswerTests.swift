import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Eight companies of a Sage 300 whose answers get lost, some of what was lost arriving later than anybody waits.
    @Suite struct LostAnswers {
        private static let companies = 8
        private static let invoices = Rig.size("TEST_LOST_ANSWER_INVOICES", 160)
        private static let isFullSize = invoices > 400
        private static let settle = 5

        @Test(.timeLimit(.minutes(isFullSize ? 60 : 4)))
        func `what was lost or came late is posted once and never sent blindly`() async throws {
            try await withStage { stage in
                let began = ContinuousClock.now
                let (_, fleet) = try await stage.openedFleet(
                    Self.companies,
                    orders: Self.invoices,
                    sage: Self.faults,
                    // What comes late is not refused for numbers that are posted by then: it stands there as a twin.
                    rules: "{duplicateDocument: posting}",
                    services: Stage.services + ["invoice-worker", "invoice-worker"],
                    environment: ["SAGE_SETTLE_SECONDS": String(Self.settle)]
                ) {
                    $0.maximumEntries = Self.isFullSize ? 10 : 5
                    $0.pageSize = 100
                }
                try await stage.begun()
                try await stage.settled(within: .seconds(Self.isFullSize ? 1800 : 120))
                let decided = ContinuousClock.now

                let states = try await stage.states()
                try #require(states["dead"] == nil, "\(states)")
                let count = try await fleet.agree()
                // All but those that cost nothing.
                let skipped = try await stage.states(kind: "order")["skipped", default: 0]
                try #require(count + skipped == Self.invoices && count > skipped)
                let log = try await fleet.sage.log()
                #expect(log.blindRepeats(settle: Self.settle) == [])
                try await fleet.cleared()
                // Emptying the twins has left the books as they were.
                try await fleet.agree()
                try await report(stage, fleet, log, decided - began)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a batch whose second answer is lost too is left alone as long as at first`() async throws {
            try await withStage { stage in
                let (_, fleet) = try await stage.openedFleet(
                    1,
                    orders: 4,
                    store: "guests: 1",
                    sage: "faults: [{on: POST AR/ARInvoiceBatches, kind: dropBefore, first: 2}]",
                    environment: ["SAGE_SETTLE_SECONDS": String(Self.settle)]
                ) { $0.maximumWait = "2s" }
                try await stage.begun()
                try await stage.settled()
                try await fleet.agree()
                let log = try await fleet.sage.log()
                // One batch, sent three times: otherwise it is another matter.
                let tries = log.batches.compactMap { $0.description.firstMatch(of: #/^MLC \d+\/(\d+)/#)?.1 }
                try #require(tries == ["1", "2", "3"])
                #expect(log.blindRepeats(settle: Self.settle) == [])
            }
        }

        /// Asserts that there was something to get wrong, and says how much.
        private func report(_ stage: Stage, _ fleet: Fleet, _ log: SageLog, _ duration: Duration) async throws
        {
            let faults = try #require(try await fleet.sage.read("requests")["faults"]?.array)
            var injected: [String: Int] = [:]
            for fault in faults {
                injected["\(fault["on"]?.string ?? "") \(fault["kind"]?.string ?? "")", default: 0] +=
                    fault["injected"]?.int ?? 0
            }
            for kind in ["commitThenDrop", "lateCommit"] {
                #expect(injected["POST AR/ARInvoiceBatches \(kind)", default: 0] > 0)
            }
            let twins = stage.running("invoice-worker").reduce(0) {
                $0 + $1.messages.matches(of: #/a duplicate of claim \d+, was emptied/#).count
            }
            #expect(twins > 0, "nothing came so late that it had been sent again")
            let again = log.batches.count { $0.description.contains(#/^MLC \d+\/([2-9]|\d\d)/#) }
            Rig.report(
                """
                \(Self.invoices) invoices, \(Self.companies) companies: \(duration.formatted(.time(pattern: .minuteSecond))) \
                until all were posted once; \(log.batches.count) batches sent, \(again) of them again, \(twins) late twins emptied; \
                \(injected.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", "))
                """
            )
        }

        /// A company's draws are its own, so that they do not depend on how the companies' calls fall together.
        private static var faults: String {
            (1...companies).reduce("faults:\n") { text, number in
                func line(_ on: String, _ fault: String, _ seed: Int) -> String {
                    "  - {on: POST AR/\(on), company: CO\(number), \(fault), seed: \(number * 100 + seed)}\n"
                }
                // Certain in some companies, so that even a short run has late twins: one comes when its batch is about
                // to be entered again, the other when that one is posted.
                let certain = [1: 8000, 2: 12_000][number].map {
                    line("ARInvoiceBatches", "kind: lateCommit, milliseconds: \($0), first: 1", 0)
                }
                return text + (certain ?? "")
                    + line("ARInvoiceBatches", "kind: commitThenDrop, probability: 0.2", 1)
                    + line("ARInvoiceBatches", "kind: dropBefore, probability: 0.05", 2)
                    + line("ARInvoiceBatches", "kind: lateCommit, milliseconds: 3000, probability: 0.03", 3)
                    + line("ARInvoiceBatches", "kind: lateCommit, milliseconds: 6500, probability: 0.03", 4)
                    + line("ARInvoiceBatches", "kind: lateCommit, milliseconds: 8000, probability: 0.03", 5)
                    + line("ARPostInvoices", "kind: commitThenDrop, probability: 0.2", 6)
                    + line("ARPostInvoices", "kind: dropBefore, probability: 0.05", 7)
                    + line("ARCustomers", "kind: commitThenDrop, probability: 0.2", 8)
                    + line("ARCustomers", "kind: dropBefore, probability: 0.05", 9)
            }
        }
    }
}
