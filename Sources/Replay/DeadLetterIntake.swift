import AMQPClient
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
    private let consumer: AMQPConsumer
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
        consumer = try await broker.connection.consume(queue, prefetch: Self.prefetch)
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.gather() }
            group.addTask { await self.store() }
        }
    }

    func stop() async { await consumer.cancel() }

    /// Reads letters while others are stored.
    private func gather() async {
        do {
            for try await delivery in consumer {
                isReading.withLock { $0 = true }
                basket.append(.init(delivery: delivery, report: FailureReport(delivery, from: queue)))
                isReading.withLock { $0 = false }
            }
        } catch {
            logger.warning("\(queue): \(error)")
        }
        basket.finish()
    }

    private func store() async {
        while let letters = await basket.next(Self.batch.letters, bytes: Self.batch.bytes) {
            do { try await take(letters) } catch {
                // Cancelled: they go back to their queue, and one that was stored all the same is found so.
                logger.info("\(queue): \(letters.count) letters are left to the next replayer: \(error)")
                for letter in letters { try? await consumer.reject(letter.delivery, requeue: true) }
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
        // Unsettled, one is redelivered and found stored already.
        for letter in letters { try? await consumer.acknowledge(letter.delivery) }
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
    /// The statement holds a value that the database cannot keep: no other try will end differently.
    fileprivate var isAboutValues: Bool {
        kind == .encoding || sqlState?.hasPrefix("22") == true || sqlState?.hasPrefix("23") == true
    }
}
