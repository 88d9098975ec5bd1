public import Accounting
import Foundation
import PostgresClient

/// A document of the store and one in Sage 300 that may be the same, as it was found.
public struct FoundMatch: Sendable {
    /// The store's document.
    public var key: DocumentKey
    /// The revision it was compared with.
    public var revision: Int
    /// What stands in Sage 300.
    public var ledger: StandingDocument
    /// How sure it is.
    public var strength: MatchStrength
    /// Why, in words.
    public var reason: String
    /// Whether one of the two is in another pair as good as this.
    public var isAmbiguous: Bool
    /// Hash of the entry the store's document would become; nil where it cannot be mapped.
    public var ledgerHash: [UInt8]?

    /// A match from its parts.
    public init(
        key: DocumentKey,
        revision: Int,
        ledger: StandingDocument,
        strength: MatchStrength,
        reason: String,
        isAmbiguous: Bool,
        ledgerHash: [UInt8]?
    ) {
        self.key = key
        self.revision = revision
        self.ledger = ledger
        self.strength = strength
        self.reason = reason
        self.isAmbiguous = isAmbiguous
        self.ledgerHash = ledgerHash
    }

    /// Whether the store's document is not entered before a person has said what it is.
    public var isToBeHeld: Bool { strength >= .likely }
}

/// A match as remembered, with what a person said to it.
public struct MatchRecord: Sendable {
    /// What was said.
    public enum Decision: String, Sendable {
        /// They are the same.
        case linked
        /// They are not.
        case rejected
    }

    /// Its number, for `connectorctl existing`.
    public let id: Int64
    /// What was found.
    public let found: FoundMatch
    /// What was said to it; nil: nothing yet.
    public let decision: Decision?
    /// By whom.
    public let decidedBy: String?
    /// Why.
    public let why: String?

    init(row: PostgresRow) throws {
        guard let strength = MatchStrength(rawValue: try row.get("strength")) else {
            throw StorageError("document_matches: unknown strength")
        }
        id = try row.get("id")
        let ledger = StandingDocument(
            document: try row.get("ledger_document"),
            customer: try row.get("ledger_customer"),
            type: try row.get("ledger_type"),
            orderNumber: try row.get("order_number"),
            date: try row.get("ledger_date", as: String?.self).flatMap { CalendarDate($0) },
            total: try row.get("ledger_total"),
            currency: try row.get("ledger_currency"),
            batch: try row.get("batch"),
            entry: try row.get("entry"),
            isPosted: try row.get("posted")
        )
        found = FoundMatch(
            key: try DocumentKey(row: row),
            revision: try row.get("revision"),
            ledger: ledger,
            strength: strength,
            reason: try row.get("reason"),
            isAmbiguous: try row.get("ambiguous"),
            ledgerHash: try row.get("ledger_hash")
        )
        decision = try row.get("decision", as: String?.self).flatMap { Decision(rawValue: $0) }
        decidedBy = try row.get("decided_by")
        why = try row.get("decided_why")
    }
}

extension DocumentRecord {
    static let existingPrefix = "already in Sage 300 as "

    /// Why a document is held that seems to stand in Sage 300 already.
    /// - Parameter more: how many other documents it may be as well.
    public static func existingReason(_ match: FoundMatch, more: Int, command: String) -> String {
        let others = more > 0 ? ", or \(more) others" : ""
        return
            "\(existingPrefix)\(match.ledger.document)\(others), typed by hand as it seems (\(match.reason)): `\(command)`"
    }

    /// Whether it is held because it seems to stand in Sage 300 already.
    public var isHeldAsExisting: Bool { state == .held && reason?.hasPrefix(Self.existingPrefix) == true }
}
