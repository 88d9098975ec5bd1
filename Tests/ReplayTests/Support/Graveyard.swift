import AMQPClient
import Accounting
import Foundation
import Messaging
import PostgresClient
import Publishing
import Replay
import Storage
import TestBench
import Testing

/// A bench where documents die and are called back.
struct Graveyard: Sendable {
    let bench: Bench
    let company = CompanyID("SAMINC")

    private var database: Database { bench.database }

    func key(_ id: Int64, isHomeless: Bool = false) -> DocumentKey {
        DocumentKey(tenant: bench.tenant, company: isHomeless ? nil : company, kind: .order, sourceID: id)
    }

    /// An order as a page shows it.
    func observed(_ id: Int64, content: String = "first", isHomeless: Bool = false) -> ObservedDocument {
        ObservedDocument(
            key: key(id, isHomeless: isHomeless),
            number: "00000000\(id)",
            document: "US00000000\(id)",
            storeView: isHomeless ? "us_en" : "default",
            createdAt: Date(timeIntervalSince1970: 1_767_225_600),
            updatedAt: Date(timeIntervalSince1970: 1_767_225_600),
            observedAt: Date(timeIntervalSince1970: 1_767_225_600),
            source: #"{"content":"\#(content)"}"#,
            contentHash: Array(content.utf8),
            amount: Decimal(id),
            currency: "USD"
        )
    }

    func document(_ id: Int64) async throws -> DocumentRecord {
        try #require(try await database.documents([key(id)])[key(id)])
    }

    /// Orders are published; their messages are a worker's.
    func publish(_ ids: [Int64]) async throws {
        let records = try await database.record(ids.map { observed($0) }, run: 1)
        try await publisher.publish(records)
        _ = try await bench.envelopes(.invoices)
    }

    var publisher: DocumentPublisher {
        get throws {
            DocumentPublisher(database: database, broker: try bench.messages, logger: bench.logger)
        }
    }

    static let failure = Failure(
        .mapping,
        code: "account-missing",
        reason: "The account is not named.",
        subject: "giftCard",
        nextStep: "Name it in the tenant file, then replay."
    )

    /// A worker gives an order up.
    func kill(_ id: Int64, _ failure: Failure = Self.failure) async throws {
        let transition = DocumentTransition.death(of: try await document(id), failure, stage: "map")
        #expect(try await database.transition([transition]) == [key(id)])
        let death = try #require(transition.death)
        try await Burial(database: database, broker: try bench.messages).publish([(death, .order)])
    }

    /// A worker gets an order into the ledger.
    func post(_ id: Int64) async throws {
        _ = try await database.client.query(
            "update documents set state = 'posted' where source_id = \(id) and state = 'waiting'"
        )
    }

    /// Orders are published, die and are taken in; their failures, oldest first.
    func bury(_ ids: [Int64]) async throws -> [FailureRecord] {
        try await publish(ids)
        for id in ids { try await kill(id) }
        try await work()
        return try await database.openFailures().sorted { $0.id < $1.id }
    }

    func replayer(untilIdle: Duration? = .milliseconds(300)) throws -> Replayer {
        Replayer(
            database: database,
            broker: try bench.messages,
            logger: bench.logger,
            instance: UUID(),
            untilIdle: untilIdle
        )
    }

    /// A replayer works until there is nothing to do.
    func work() async throws { try await replayer().run() }

    /// Runs `body` while a replayer works, and cancels it.
    func whileWorking(_ body: () async throws -> Void) async throws {
        let replayer = try replayer(untilIdle: nil)
        let working = Task { try await replayer.run() }
        let outcome: Result<Void, any Error>
        do {
            try await body()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        working.cancel()
        _ = await working.result
        try outcome.get()
    }

    /// Puts bytes into a dead-letter queue.
    func throwIn(_ body: [UInt8], _ kind: WorkKind = .invoices, named name: String? = nil) async throws {
        try await bench.messages.connection.publish(
            AMQPMessage(body: body, messageID: name),
            to: Topology.deadExchange,
            routingKey: kind.rawValue
        )
    }

    /// The dead letter of a failure.
    func letter(_ failure: FailureRecord) async throws -> DeadLetter? {
        try await database.letter(ofFailure: failure.id).flatMap { DeadLetter(parsing: Array($0.utf8)) }
    }

    /// How a replay ended.
    func state(ofReplay id: Int64) async throws -> String {
        try #require(
            try await database.client.query("select state from replays where id = \(id)").first
        ).get("state")
    }

    /// How often documents were sent back.
    func replays() async throws -> Int {
        try await bench.count("select count(*) from document_events where stage = 'replay'")
    }
}

func withGraveyard(_ body: (Graveyard) async throws -> Void) async throws {
    try await withBench { bench in
        try await bench.messages.prepare()
        try await body(Graveyard(bench: bench))
    }
}

extension Database {
    /// Sends one failure's document back as the replay's owner would.
    func replay(_ failure: FailureRecord, replay: Int64) async throws -> DocumentRecord? {
        let owner = UUID()
        _ = try await client.query(
            "update replays set state = 'running', owner = \(owner) where id = \(replay)"
        )
        let items = try await nextReplayItems(replay, limit: 1000).filter { $0.id == failure.id }
        return try await sendBack(items, of: replay, owner: owner)?.first
    }
}
