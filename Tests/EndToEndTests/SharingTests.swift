import ExactJSON
import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Several copies of each worker share the companies.
    @Suite struct Sharing {
        @Test(.timeLimit(.minutes(3)))
        func `three copies of each worker share the companies`() async throws {
            try await withStage { stage in
                let workers = ["invoice-worker", "customer-worker"]
                let (_, fleet) = try await stage.openedFleet(
                    24,
                    orders: 240,
                    services: Stage.services + workers + workers
                )
                try await stage.sync()
                try await stage.settled()
                let copies = stage.running("invoice-worker")
                try #require(copies.count == 3)
                for worker in copies {
                    #expect(worker.messages.contains(#/batch \d+ entered/#), "\(worker.name) entered nothing")
                }
                // Each company's batches come from one of them, but for what moved while they found one another.
                let servers = fleet.codes.map { code in
                    copies.filter { $0.messages.contains("\(code): batch") }.count
                }
                #expect(servers.filter { $0 == 1 }.count >= 18, "\(servers)")
                try await fleet.agree()
            }
        }

        /// Nothing is started in its place, and nobody says that it is gone.
        @Test(.timeLimit(.minutes(3)))
        func `the companies of a worker that dies are taken over`() async throws {
            try await withStage { stage in
                let (_, fleet) = try await stage.openedFleet(
                    24,
                    orders: 480,
                    sage: Crashes.slowSage,
                    services: ["poller", "customer-worker"] + Array(repeating: "invoice-worker", count: 3),
                    environment: ["WRITER_LEASE_SECONDS": "8"]
                ) { $0.maximumEntries = 2 }
                try await stage.begun()
                let copies = stage.running("invoice-worker")
                let (victim, codes) = try await eventually("a worker is busy") {
                    copies.lazy.map { copy in
                        (copy, fleet.codes.filter { copy.messages.contains("\($0): batch") })
                    }
                    .first { $0.1.count >= 3 }
                }
                let others = copies.filter { $0 !== victim }
                let before = others.map { $0.messages.count }
                victim.kill()
                let died = ContinuousClock.now
                try await eventually("\(codes) are taken over", within: .seconds(60)) {
                    let lines = zip(others, before).map { $0.messages.dropFirst($1) }
                    return codes.contains { code in lines.contains { $0.contains("\(code): batch") } }.orNil
                }
                Rig.report("a dead worker's company posts again after \(ContinuousClock.now - died)")
                try await stage.settled(within: .seconds(120))
                try await fleet.agree()
            }
        }
    }
}
