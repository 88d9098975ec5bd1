import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// The store and what stands before it misbehave.
    @Suite struct StoreFaults {
        private static let faults = """
            burst: 25
            repeatLastPage: true
            faults:
              - {on: "GET *", kind: status503html, probability: 0.1}
              - {on: "GET *", kind: truncate, probability: 0.08}
              - {on: "GET *", kind: reset, probability: 0.08}
              - {on: "GET orders*", kind: invalidUTF8, probability: 0.05}
              - {on: "GET *", kind: html200, probability: 0.05}
              - {on: "GET *", kind: status500, probability: 0.05}
              - {on: "GET orders*", kind: status429, probability: 0.05, retryAfter: 1}
            """

        @Test(.timeLimit(.minutes(2)))
        func `a store that answers badly is read whole in the end`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(store: Self.faults, orders: 100)
                // A run may fail; the next goes on behind its cursor.
                try await eventually("a run reads the store to its end", within: .seconds(80)) {
                    let answer = try await stage.run("sync", "acme", "--wait", "--json", within: .seconds(80))
                    return (answer.status == 0).orNil
                }
                try await stage.settled()
                try await books.agree()
                #expect(try await stage.deadLetters().isEmpty)
            }
        }
    }
}
