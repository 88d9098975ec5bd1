import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Sage 300 and what stands before it misbehave.
    @Suite struct SageFaults {
        private static let faults = """
            faults:
              - {on: POST AR/ARInvoiceBatches, kind: commitThenDrop, probability: 0.2, seed: 1}
              - {on: POST AR/ARInvoiceBatches, kind: dropBefore, probability: 0.1, seed: 2}
              - {on: POST AR/ARInvoiceBatches, kind: truncate, probability: 0.1, seed: 3}
              - {on: POST AR/ARInvoiceBatches, kind: lateCommit, milliseconds: 1500, probability: 0.1, seed: 4}
              - {on: POST AR/ARInvoiceBatches, kind: orphanBatch, probability: 0.05, seed: 5}
              - {on: POST AR/*, kind: status503html, probability: 0.08, seed: 6}
              - {on: POST AR/*, kind: status429, probability: 0.05, seed: 7}
              - {on: POST AR/*, kind: conflict, probability: 0.05, seed: 8}
              - {on: PATCH AR/ARInvoiceBatches, kind: commitThenDrop, probability: 0.1, seed: 9}
              - {on: PATCH AR/ARInvoiceBatches, kind: htmlOK, probability: 0.05, seed: 10}
              - {on: POST AR/ARPostInvoices, kind: commitThenDrop, probability: 0.2, seed: 11}
              - {on: POST AR/ARPostInvoices, kind: dropBefore, probability: 0.1, seed: 12}
              - {on: POST AR/ARCustomers, kind: commitThenDrop, probability: 0.1, seed: 13}
              - {on: GET AR/*, kind: truncate, probability: 0.03, seed: 14}
              - {on: GET AR/*, kind: resetMidBody, probability: 0.03, seed: 15}
            """

        @Test(.timeLimit(.minutes(3)))
        func `every order is posted once whatever Sage 300 answers`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60, sage: Self.faults) {
                    $0.maximumEntries = 6
                }
                try await stage.begun()
                try await stage.settled(within: .seconds(120))
                let injected = try #require(try await books.sage.read("requests")["faults"]?.array)
                #expect(injected.contains { ($0["injected"]?.int ?? 0) > 0 })
                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")
                // The test's own reading is not what is to be disturbed.
                try await books.sage.inject()
                try await books.agree()
            }
        }
    }
}
