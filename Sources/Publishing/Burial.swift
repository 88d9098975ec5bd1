public import Accounting
import ExactJSON
public import Foundation
public import Messaging
public import Storage

/// How documents die: the death is recorded with the state, published to the dead-letter queue, then marked so.
public struct Burial: Sendable {
    private let database: Database
    private let broker: Broker

    /// Burials over a database and a broker.
    public init(database: Database, broker: Broker) {
        self.database = database
        self.broker = broker
    }

    /// The death of a document, to record with its state.
    /// - Parameters:
    ///   - isSealed: its content is not looked at, and left out of the letter: it kills who reads it. A replay takes it from
    ///     where it is recorded.
    ///   - trace: how those died who read it.
    public static func death(
        of record: DocumentRecord,
        _ failure: Failure,
        isSealed: Bool = false,
        trace: String? = nil
    ) -> Death {
        let id = UUID()
        let letter = DeadLetter(
            id: id,
            content: .document(isSealed ? Envelope(sealing: record) : Envelope(record)),
            failure: failure,
            attempts: record.attempts + 1,
            amount: record.amount,
            currency: record.currency,
            trace: trace
        )
        return Death(id: id, letter: letter.json.text, failureClass: failure.failureClass)
    }

    /// Publishes recorded deaths; what is not confirmed is swept up later.
    public func publish(_ deaths: [(death: Death, kind: DocumentKind)]) async throws {
        for (death, kind) in deaths {
            try await broker.bury(
                Array(death.letter.utf8),
                id: death.id.uuidString.lowercased(),
                kind: WorkKind(kind)
            )
        }
        try await database.markDeathsPublished(deaths.map(\.death.id))
    }

    /// Buries a message that is none of ours, with its beginning.
    /// - Parameters:
    ///   - id: the same for what may be buried again: the failure store takes a death in once.
    ///   - trace: how those died who read it.
    public func bury(
        stray body: [UInt8],
        queue: String,
        _ failure: Failure,
        id: UUID = UUID(),
        trace: String? = nil
    ) async throws {
        let letter = DeadLetter(
            id: id,
            content: .stray(beginning: body, queue: queue),
            failure: failure,
            attempts: 1,
            trace: trace
        )
        try await broker.bury(letter)
    }

    /// Publishes deaths that somebody recorded and did not live to publish.
    public func sweep(_ kind: WorkKind) async throws {
        let left = try await database.unpublishedDeaths(kinds: kind.documentKinds, olderThan: .seconds(5))
        try await publish(
            left.compactMap { record in
                guard let id = record.deathID, let letter = record.deathLetter else { return nil }
                return (Death(id: id, letter: letter), record.key.kind)
            }
        )
    }
}

extension DocumentTransition {
    /// A document's death at a stage.
    public static func death(
        of record: DocumentRecord,
        _ failure: Failure,
        stage: String,
        refusedCustomer: String? = nil
    ) -> DocumentTransition {
        DocumentTransition(
            record.key,
            revision: record.revision,
            to: .dead,
            reason: failure.reason,
            death: Burial.death(of: record, failure),
            refusedCustomer: refusedCustomer,
            stage: stage,
            detail: failure.description
        )
    }
}
