import AMQPClient
import Accounting
public import Foundation
public import Logging
public import Messaging
import Publishing
import ServiceLifecycle
public import Storage
import Synchronization

/// Drains the dead-letter queues into the failure store and carries out replays.
public struct Replayer: Sendable {
    private let database: Database
    private let broker: Broker
    private let logger: Logger
    private let instance: UUID
    private let untilIdle: Duration?
    private let beat: @Sendable (String) -> Void
    private let inHand = ReplaysInHand()

    /// - Parameters:
    ///   - untilIdle: end once nothing has been in the dead-letter queues and no replay open for that long; one that waits
    ///     for documents of paused companies alone does not count.
    ///   - beat: told that a main loop turns.
    public init(
        database: Database,
        broker: Broker,
        logger: Logger,
        instance: UUID,
        untilIdle: Duration?,
        beat: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.beat = beat
        self.database = database
        self.broker = broker
        self.logger = logger
        self.instance = instance
        self.untilIdle = untilIdle
    }

    /// Works until drained or idle.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await broker.prepare() }
        let intakes = try await startIntakes()
        await withTaskGroup(of: Bool.self) { group in
            for intake in intakes {
                group.addTask {
                    await intake.run()
                    return false
                }
            }
            group.addTask {
                await carryOutReplays()
                return false
            }
            group.addTask {
                await repeatedly(every: .seconds(5)) { try await publisher.sweep() }
                return false
            }
            group.addTask {
                try? await gracefulShutdown()
                return true
            }
            group.addTask { await waitUntilIdle(intakes) }
            for await isEnd in group where isEnd { break }
            for intake in intakes { await intake.stop() }
            group.cancelAll()
        }
    }

    private var publisher: DocumentPublisher {
        DocumentPublisher(database: database, broker: broker, logger: logger)
    }

    private func startIntakes() async throws -> [DeadLetterIntake] {
        var intakes: [DeadLetterIntake] = []
        for queue in Topology.deadQueues {
            intakes.append(
                try await DeadLetterIntake(queue: queue, database: database, broker: broker, logger: logger)
            )
        }
        return intakes
    }

    /// Carries out several replays side by side: one that goes slowly, or waits for its canary, keeps no other waiting.
    private func carryOutReplays() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                beat("replays")
                while let replay = await takeReplay() {
                    inHand.add(replay.id)
                    group.addTask {
                        await carryOut(replay)
                        inHand.remove(replay.id)
                    }
                }
                try? await Task.sleep(for: .milliseconds(300))
            }
        }
    }

    /// Besides those that wait for their canaries.
    private static let replaysAtATime = 16

    private func takeReplay() async -> ReplayRecord? {
        let (ids, waiting) = inHand.now
        guard ids.count - waiting.count < Self.replaysAtATime else { return nil }
        do { return try await database.takeReplay(owner: instance, except: ids.sorted()) } catch {
            if !(error is CancellationError) { logger.warning("\(error); tried again") }
            return nil
        }
    }

    /// What stops it here is tried again by whoever takes the replay next, this replayer most likely.
    private func carryOut(_ replay: ReplayRecord) async {
        let course = ReplayCourse(
            replay: replay,
            database: database,
            publisher: publisher,
            owner: instance,
            logger: logger,
            waiting: { [inHand] in inHand.mark(replay.id, isWaiting: $0) }
        )
        do { try await course.run() } catch is CancellationError {} catch {
            logger.warning("replay \(replay.id): \(error); tried again")
        }
    }

    private func waitUntilIdle(_ intakes: [DeadLetterIntake]) async -> Bool {
        guard let untilIdle else {
            await repeatedly(every: .seconds(3600)) {}
            return false
        }
        var idleSince: ContinuousClock.Instant?
        while !Task.isCancelled {
            // What cannot be asked is not idle.
            let isIdle = (try? await isIdle(intakes)) ?? false
            idleSince = isIdle ? idleSince ?? .now : nil
            if let idleSince, ContinuousClock.now - idleSince >= untilIdle { return true }
            try? await Task.sleep(for: .milliseconds(200))
        }
        return false
    }

    private func isIdle(_ intakes: [DeadLetterIntake]) async throws -> Bool {
        guard !intakes.contains(where: \.isTaking) else { return false }
        for queue in Topology.deadQueues {
            let ready = try await broker.readyCount(queue)?.readyCount ?? 0
            guard ready == 0 else { return false }
        }
        return try await !database.hasOpenReplays(waiting: inHand.now.waiting.sorted())
    }

    private func repeatedly(every interval: Duration, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do { try await body() } catch is CancellationError { return } catch {
                logger.warning("\(error); tried again")
            }
            try? await Task.sleep(for: interval)
        }
    }
}

/// The replays one replayer carries out now.
private final class ReplaysInHand: Sendable {
    /// Whether each waits for a wave of its canary.
    private let state = Mutex<[Int64: Bool]>([:])

    /// All, and those among them that wait.
    var now: (ids: Set<Int64>, waiting: Set<Int64>) {
        state.withLock { (Set($0.keys), Set($0.filter(\.value).keys)) }
    }

    func add(_ id: Int64) { state.withLock { $0[id] = false } }

    func mark(_ id: Int64, isWaiting: Bool) { state.withLock { $0[id] = isWaiting } }

    func remove(_ id: Int64) { state.withLock { _ = $0.removeValue(forKey: id) } }
}
