import AMQPClient
import Accounting
import Foundation
import Logging
import Messaging
import PostgresClient
import Storage
import Synchronization

/// Takes the letters of one dead-letter queue into the failure store: stored first, acknowledged then; as many at a time as
/// have gathered while the ones before were stored.
final class DeadLetterIntake: Sendable {
    private let database: Database
    private let logger: Logger
    private let broker: Broker
    private let consumption: Mutex<AMQPConsumer>
    private let queue: String
    private let basket = LetterBasket()
    private let isReading = Mutex(false)

    /// A letter is in hand: neither in the queue any more nor in the store yet.
    var isTaking: Bool { isReading.withLock { $0 } || basket.isHolding }

    private static let prefetch = 500
    private static let batch = (letters: 250, bytes: 4 << 20)

    init(queue: String, database: Database, broker: Broker, logger: Logger) async throws {
        self.queue = queue
        self.database = database
        self.logger = logger
        self.broker = broker
        consumption = Mutex(try await Self.consume(queue, broker))
    }

    /// Takes letters in until stopped. A queue that was deleted is declared again: letters that come later want it.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.gather() }
            group.addTask { await self.store() }
        }
    }

    func stop() async { await consumption.withLock { $0 }.cancel() }

    /// Reads letters while others are stored, until stopped.
    private func gather() async {
        while !Task.isCancelled {
            do {
                for try await delivery in consumption.withLock({ $0 }) {
                    isReading.withLock { $0 = true }
                    basket.append(.init(delivery: delivery, report: FailureReport(delivery, from: queue)))
                    isReading.withLock { $0 = false }
                }
                break
            } catch {
                logger.warning("\(queue): \(error); tried again")
            }
            // Ends early only when cancelled, which the loop sees.
            try? await Task.sleep(for: .seconds(1))
            await resume()
        }
        basket.finish()
    }

    private static func consume(_ queue: String, _ broker: Broker) async throws(AMQPError) -> AMQPConsumer {
        try await broker.connection.consume(queue, prefetch: prefetch)
    }

    private func resume() async {
        do {
            try await broker.prepare()
            let consumer = try await Self.consume(queue, broker)
            consumption.withLock { $0 = consumer }
            logger.notice("\(queue) is consumed again")
        } catch {
            // Tried again with what is said then.
            logger.warning("\(queue): \(error); tried again")
        }
    }

    private func store() async {
        while let letters = await basket.next(Self.batch.letters, bytes: Self.batch.bytes) {
            do { try await take(letters) } catch {
                // Cancelled: they go back to their queue, and one that was stored all the same is found so.
                logger.info("\(queue): \(letters.count) letters are left to the next replayer: \(error)")
                for letter in letters {
                    try? await consumption.withLock({ $0 }).reject(letter.delivery, requeue: true)
                }
            }
            basket.putAway()
        }
    }

    private func take(_ letters: [LetterBasket.Letter]) async throws {
        do {
            try await patiently { try await database.takeIn(letters.map(\.report)) }
        } catch let error as PostgresError where error.isAboutValues {
            // One of them holds what no table can: each by itself, so that none waits behind it.
            for letter in letters { try await takeAlone(letter) }
        }
        for letter in letters { ReplayMetrics.tookIn(letter.report.failure.failureClass) }
        // Unsettled, one is redelivered and found stored already.
        for letter in letters { try? await consumption.withLock({ $0 }).acknowledge(letter.delivery) }
    }

    private func takeAlone(_ letter: LetterBasket.Letter) async throws {
        do {
            try await patiently { try await database.takeIn(letter.report) }
        } catch let error as PostgresError where error.isAboutValues {
            let stray = FailureReport(stray: letter.delivery, in: queue, from: queue)
            try await patiently { try await database.takeIn(stray) }
        }
    }

    /// Tries until the database takes it: letters stay unacknowledged meanwhile, and the broker keeps them whatever
    /// happens here.
    private func patiently(_ body: () async throws -> Void) async throws {
        var pause = Duration.milliseconds(200)
        while true {
            do { return try await body() } catch let error as PostgresError where !error.isAboutValues {
                logger.warning("\(queue): \(error); tried again")
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(10))
            }
        }
    }
}

extension PostgresError {
    /// The statement holds a value that the database cannot keep: no other try will end differently. 54: an index has no room
    /// for one, or a row for all of them.
    fileprivate var isAboutValues: Bool {
        kind == .encoding || sqlState.map { ["22", "23", "54"].contains($0.prefix(2)) } == true
    }
}
