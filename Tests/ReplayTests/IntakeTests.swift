import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Messaging
import PostgresClient
import Publishing
import Storage
import TestBench
import Testing

/// Dead letters become failures, once each, whatever lies in the queue.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct IntakeTests {
    @Test func letterIsStoredWholeAndTheDocumentLeftAlone() async throws {
        try await withGraveyard { yard in
            let failure = try #require(try await yard.bury([7]).first)
            let document = try await yard.document(7)
            #expect(failure.key == yard.key(7))
            #expect(failure.deathID == document.deathID)
            #expect(failure.number == "000000007")
            #expect(failure.document == "US000000007")
            #expect(failure.failureClass == .mapping)
            #expect(failure.code == "account-missing")
            #expect(failure.group == "mapping:account-missing:giftCard")
            #expect(failure.reason == Graveyard.failure.reason)
            #expect(failure.nextStep == Graveyard.failure.nextStep)
            #expect(failure.amount == 7)
            #expect(failure.currency == "USD")
            #expect(failure.attempts == document.attempts)
            #expect(failure.resolution == nil)
            #expect(try await yard.letter(failure)?.id == failure.deathID)
            #expect(document.state == .dead)
            #expect(try await yard.bench.messages.readyCount(Topology.deadQueue(.invoices))?.readyCount == 0)
        }
    }

    @Test func letterDeliveredAgainIsStoredOnce() async throws {
        try await withGraveyard { yard in
            let first = try #require(try await yard.bury([1]).first)
            let letter = try #require(try await yard.bench.database.letter(ofFailure: first.id))
            for _ in 1...3 { try await yard.throwIn(Array(letter.utf8)) }
            try await yard.work()
            #expect(try await yard.bench.count("select count(*) from failures") == 1)
            // One that was replayed meanwhile stays so.
            _ = try await yard.bench.database.requestReplay(.all, rate: nil, isCanary: false)
            try await yard.work()
            try await yard.throwIn(Array(letter.utf8))
            try await yard.work()
            #expect(try await yard.bench.database.failure(first.id)?.resolution == "replayed")
            #expect(try await yard.bench.database.openFailures().isEmpty)
        }
    }

    @Test func newerDeathOvertakesTheOlderFailure() async throws {
        try await withGraveyard { yard in
            let first = try #require(try await yard.bury([1]).first)
            _ = try await yard.bench.database.record([yard.observed(1, content: "second")], run: 1)
            try await yard.kill(1)
            try await yard.work()
            let open = try await yard.bench.database.openFailures()
            #expect(open.count == 1)
            #expect(open.first?.id != first.id)
            #expect(try await yard.bench.database.failure(first.id)?.resolution == "overtaken")
        }
    }

    @Test(
        "foreign bytes are kept, and nothing waits behind them",
        arguments: [
            [], Array("hello".utf8), Array("{".utf8), Array(#"{"schema":1}"#.utf8), [0xFF, 0x00, 0xFE],
            Array(repeating: UInt8(ascii: "["), count: 100_000), Array(#"{"schema":2,"death":"x"}"#.utf8),
        ]
    )
    func foreignBytes(_ body: [UInt8]) async throws {
        try await withGraveyard { yard in
            try await yard.throwIn(body, named: "somebody's")
            let failures = try await yard.bury([1])
            #expect(failures.map(\.code) == ["foreign-message", "account-missing"])
            let stray = try #require(failures.first)
            #expect(stray.tenant == nil)
            #expect(stray.key == nil)
            let kept = try await yard.letter(stray)
            guard case .stray(let beginning, _) = kept?.content else {
                Issue.record("the bytes are not kept")
                return
            }
            #expect(beginning == Array(body.prefix(DeadLetter.keptBytes)))
            // Delivered again, as after a replayer's death before it acknowledged.
            try await yard.throwIn(body, named: "somebody's")
            try await yard.work()
            #expect(try await yard.bench.count("select count(*) from failures") == 2)
            // Those without a name may be two that say the same.
            for _ in 1...2 { try await yard.throwIn(body) }
            try await yard.work()
            #expect(try await yard.bench.count("select count(*) from failures") == 4)
        }
    }

    private static let noise = {
        var state: UInt64 = 1
        return String(
            decoding: (0..<20_000).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(48 + (state >> 33) % 75)
            },
            as: UTF8.self
        )
    }()

    @Test(
        "a letter that no table can hold does not stop the others",
        arguments: [
            ["reason": "zero \0 byte"], ["attempts": 9_000_000_000], ["code": "zero \0 byte"],
            // More than a page of an index holds, and nothing to be compressed.
            ["currency": .string(noise)],
        ] as [JSONObject]
    )
    func unstorableLetter(_ members: JSONObject) async throws {
        try await withGraveyard { yard in
            var letter = try #require(
                DeadLetter(
                    content: .stray(beginning: [1], queue: "mlc.acme.SAMINC.invoices"),
                    failure: Graveyard.failure,
                    attempts: 1
                ).json.object
            )
            for (name, value) in members { letter[name] = value }
            try await yard.throwIn(JSON.object(letter).bytes)
            let failures = try await yard.bury([1])
            #expect(failures.map(\.code) == ["foreign-message", "account-missing"])
        }
    }

    @Test func strayTellsWhoseQueueItWasIn() async throws {
        try await withGraveyard { yard in
            let burial = Burial(database: yard.bench.database, broker: try yard.bench.messages)
            try await burial.bury(stray: [1, 2, 3], queue: "mlc.acme.SAMINC.invoices", Graveyard.failure)
            try await burial.bury(stray: [1, 2, 3], queue: "mlc.acme.-.customers", Graveyard.failure)
            try await burial.bury(stray: [1, 2, 3], queue: "whatever", Graveyard.failure)
            try await yard.work()
            let failures = try await yard.bench.database.openFailures()
            let owners = failures.map { "\($0.tenant ?? "?") \($0.company ?? "?")" }.sorted()
            #expect(owners == ["? ?", "acme ?", "acme SAMINC"])
        }
    }

    @Test func databaseThatIsAwayLosesNothing() async throws {
        try await withGraveyard { yard in
            let client = yard.bench.database.client
            try await yard.publish([1, 2])
            _ = try await client.query("alter table failures rename to failures_away")
            try await yard.kill(1)
            try await yard.kill(2)
            try await yard.whileWorking {
                try await yard.bench.eventually("it has tried again") {
                    yard.bench.journal.lines.contains { $0.contains("tried again") } ? () : nil
                }
                _ = try await client.query("alter table failures_away rename to failures")
                try await yard.bench.eventually("both are stored") {
                    try await yard.bench.count("select count(*) from failures") == 2 ? () : nil
                }
            }
            #expect(
                try await yard.bench.count("select count(*) from failures where code = 'account-missing'")
                    == 2
            )
        }
    }

    /// Many letters at once, each a second time; `TEST_LETTERS` says how many for a measurement.
    @Test(.timeLimit(.minutes(10)))
    func manyLettersAreTakenInOnceEach() async throws {
        let count = ProcessInfo.processInfo.environment["TEST_LETTERS"].flatMap { Int($0) } ?? 700
        try await withGraveyard { yard in
            let connection = try yard.bench.messages.connection
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<count {
                    let letter = DeadLetter(
                        content: .stray(
                            beginning: [UInt8](repeating: 7, count: 1500),
                            queue: "mlc.acme.SAMINC.invoices"
                        ),
                        failure: Graveyard.failure,
                        attempts: 1
                    )
                    let copies = index.isMultiple(of: 7) ? 2 : 1
                    for _ in 0..<copies {
                        group.addTask {
                            try await connection.publish(
                                AMQPMessage(body: letter.json.bytes),
                                to: Topology.deadExchange,
                                routingKey: WorkKind.invoices.rawValue
                            )
                        }
                    }
                    if index % 500 == 499 { try await group.waitForAll() }
                }
                try await group.waitForAll()
            }
            let began = ContinuousClock.now
            try await yard.whileWorking {
                try await yard.bench.eventually("all are stored", within: .seconds(500)) {
                    let stored = try await yard.bench.count("select count(*) from failures")
                    return stored == count ? () : nil
                }
            }
            let took = ContinuousClock.now - began
            print("   measured: \(count) dead letters taken in within \(took)")
            // What was in hand when it ended is still there, and is found stored.
            try await yard.work()
            #expect(try await yard.bench.count("select count(*) from failures") == count)
            #expect(try await yard.bench.messages.readyCount(Topology.deadQueue(.invoices))?.readyCount == 0)
        }
    }
}
