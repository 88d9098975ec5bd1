import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Several copies of each worker serve the same queues.
    @Suite struct Sharing {
        @Test(.timeLimit(.minutes(2)))
        func `three copies of each worker share the work`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 150,
                    sage: Crashes.slowSage,
                    services: Stage.services + ["invoice-worker", "customer-worker"] + [
                        "invoice-worker", "customer-worker",
                    ]
                ) { $0.maximumEntries = 5 }
                try await stage.sync()
                try await stage.settled()
                let workers = stage.running("invoice-worker")
                try #require(workers.count == 3)
                for worker in workers {
                    #expect(worker.messages.contains(#/batch \d+ entered/#), "\(worker.name) entered nothing")
                }
                try await books.agree()
            }
        }
    }
}
