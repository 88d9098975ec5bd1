import AMQPClient
import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Three nodes, of which one is killed, hangs or all are restarted while orders are synced: nothing lost, nothing twice.
    /// How soon publishing goes on is reported, not asserted.
    @Suite(.enabled(if: Rig.clusterURLs != nil && Rig.clusterControl != nil, "needs a cluster of its own"))
    struct Clusters {
        private static let rounds = Rig.size("TEST_CLUSTER_ROUNDS", 3)
        private static let seed = UInt64(Rig.size("TEST_CLUSTER_SEED", Int.random(in: 1...1_000_000)))

        @Test(.timeLimit(.minutes(Rig.size("TEST_CLUSTER_MINUTES", 6))))
        func `a node that is killed costs nothing`() async throws {
            try await withStage(on: .cluster) { stage in
                let books = try await Self.loaded(stage, orders: 80 + Self.rounds * 60)
                let prober = try await Prober(try await stage.brokerConnection("prober"))
                var numbers = SeededNumbers(seed: Self.seed)
                var recoveries: [Duration] = []
                var underLoad = 0
                for round in 0..<Self.rounds {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 500...3000, using: &numbers)))
                    // Each in turn, and now and then any: the leader's, the services' and the bystander's.
                    let node =
                        round.isMultiple(of: 4) ? Int.random(in: 1...3, using: &numbers) : round % 3 + 1
                    underLoad += try await stage.isUnderWay() ? 1 : 0
                    try await stage.node("kill", node)
                    let moment = ContinuousClock.now
                    recoveries.append(try await prober.recovery(from: moment))
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...2000, using: &numbers)))
                    try await stage.node("start", node)
                }
                Rig.report(
                    "cluster, seed \(Self.seed): \(Self.rounds) nodes killed, \(underLoad) under load; publishing again after "
                        + "\(recoveries.map(\.inMilliseconds)) ms"
                )
                Rig.report("cluster: the prober was told \(prober.failures)")
                await prober.stop()
                #expect(underLoad * 2 > Self.rounds, "the work was done too soon for this test to mean much")
                try await Self.agree(books, stage)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `a node that hangs costs nothing`() async throws {
            try await withStage(on: .cluster) { stage in
                let books = try await Self.loaded(stage, orders: 250)
                let prober = try await Prober(try await stage.brokerConnection("prober"))
                var recoveries: [Duration] = []
                for node in 1...3 {
                    try await stage.node("freeze", node)
                    let moment = ContinuousClock.now
                    recoveries.append(try await prober.recovery(from: moment))
                    try await stage.node("thaw", node)
                    try await Task.sleep(for: .seconds(2))
                    // It finds itself partitioned from the others, which have given it up: restarted, as one should.
                    try await stage.node("kill", node)
                    try await stage.node("start", node)
                    try await Task.sleep(for: .seconds(5))
                }
                Rig.report(
                    "cluster: 3 nodes frozen; publishing again after \(recoveries.map(\.inMilliseconds)) ms"
                )
                Rig.report("cluster: the prober was told \(prober.failures)")
                await prober.stop()
                try await Self.agree(books, stage)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `a cluster that is killed whole goes on where it was`() async throws {
            try await withStage(on: .cluster) { stage in
                let books = try await Self.loaded(stage, orders: 120)
                let prober = try await Prober(try await stage.brokerConnection("prober"))
                // A queue of RabbitMQ 3.10 that is killed whole while it is being made may never find a leader.
                _ = try await prober.recovery(from: .now)
                try await Task.sleep(for: .seconds(2))
                let moment = ContinuousClock.now
                for node in 1...3 { try await stage.node("kill", node) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for node in 1...3 { group.addTask { try await stage.node("start", node) } }
                    try await group.waitForAll()
                }
                let recovery = try await prober.recovery(from: .now)
                Rig.report(
                    "cluster: whole again after \((.now - moment).inMilliseconds) ms, publishing \(recovery.inMilliseconds) ms later"
                )
                await prober.stop()
                try await Self.agree(books, stage)
            }
        }

        /// Orders are being synced, with three workers of each kind.
        private static func loaded(_ stage: Stage, orders: Int) async throws -> Books {
            let (_, books) = try await stage.opened(orders: orders, sage: Crashes.slowSage, services: []) {
                // Slowly enough that there is work all along.
                $0.requestsPerMinute = 120
                $0.pageSize = 20
            }
            let workers = ["customer-worker", "invoice-worker"].flatMap { Array(repeating: $0, count: 3) }
            try stage.startServices(["poller", "replayer"] + workers)
            try await stage.begun()
            return books
        }

        private static func agree(_ books: Books, _ stage: Stage) async throws {
            try await stage.settled(within: .seconds(240))
            let states = try await stage.states()
            #expect(states["dead"] == nil, "\(states)")
            try await books.agree()
            #expect(try await books.openEntries() == [])
            let members = try await stage.control(
                "list_queues",
                "-p",
                stage.name,
                "--quiet",
                "--no-table-headers",
                "name",
                "members"
            )
            for line in members.split(separator: "\n") {
                let count = line.split(separator: "@localhost").count - 1
                #expect(count == 3, "a queue without three members: \(line)")
            }
        }
    }
}

extension Duration {
    fileprivate var inMilliseconds: Int { Int(self / .milliseconds(1)) }
}
