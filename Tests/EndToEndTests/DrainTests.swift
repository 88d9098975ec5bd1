import ExactJSON
import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// SIGTERM at any moment.
    @Suite struct Draining {
        @Test(.timeLimit(.minutes(3)))
        func `a service told to stop drains, ends with 0 and loses nothing`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 120, sage: Crashes.slowSage) {
                    $0.maximumEntries = 5
                }
                try await stage.begun()
                let names = [
                    "poller", "invoice-worker", "customer-worker", "invoice-worker", "invoice-worker",
                    "replayer",
                ]
                let drains = try await stage.disturbed(times: names.count, every: 50...700, seed: 3) {
                    index in
                    let service = try #require(stage.running(names[index]).first)
                    service.send(SIGTERM)
                    let status = try await service.end(within: .seconds(15))
                    #expect(status == 0, "\(service.name): \(service.messages.suffix(400))")
                    try stage.start(names[index])
                }
                #expect(drains >= 3, "the work was done too soon for this test to mean much")
                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a drain ends within its time, a second signal ends at once`() async throws {
            try await withStage { stage in
                let stalled = "faults: [{on: POST AR/ARInvoiceBatches, kind: stall, milliseconds: 120000}]"
                let (_, books) = try await stage.opened(orders: 60, sage: stalled)
                try await eventually("a batch is being sent") {
                    (try await stage.states()["posting"] != nil).orNil
                }
                let first = try #require(stage.running("invoice-worker").first)
                first.send(SIGTERM)
                #expect(try await first.end(within: .seconds(16)) == 0)

                let second = try stage.start("invoice-worker")
                try await second.says("ready")
                second.send(SIGTERM)
                try await second.says("draining")
                second.send(SIGTERM)
                _ = try await second.end(within: .seconds(2))

                // Nothing of it was lost: once Sage 300 answers, everything is posted once.
                try await books.sage.inject()
                try stage.start("invoice-worker")
                try await stage.settled(within: .seconds(60))
                try await books.agree()
            }
        }
    }
}
