public import Accounting
public import Foundation
import PostgresClient

/// One document of a claim, as it is or will be sent.
public struct ClaimEntry: Sendable {
    /// Which document.
    public let key: DocumentKey
    /// The revision that was mapped.
    public let revision: Int
    /// Its number in Sage 300.
    public let document: String
    /// Customer it is entered for.
    public let customer: String
    /// What Sage 300 must arrive at.
    public let total: Decimal
    /// The entry as Sage 300 takes it, JSON text: a takeover sends the same.
    public let payload: String

    /// An entry from its parts.
    public init(
        key: DocumentKey,
        revision: Int,
        document: String,
        customer: String,
        total: Decimal,
        payload: String
    ) {
        self.key = key
        self.revision = revision
        self.document = document
        self.customer = customer
        self.total = total
        self.payload = payload
    }
}

/// An attempt to enter documents as one AR batch, recorded before anything is sent.
public struct Claim: Sendable {
    /// How far the attempt is known to be.
    public enum State: String, Sendable {
        /// The batch is being sent, or its sender died.
        case entering
        /// The answer never came.
        case inDoubt
        /// The batch is known and ours.
        case adopted
        /// The batch holds what was sent, to the cent.
        case verified
        /// The batch was made ready, perhaps posted.
        case posting
        /// Every document is where it belongs.
        case done
        /// Refused as a whole and taken apart.
        case split
        /// Never reached Sage 300.
        case abandoned
    }

    /// Its number, the heart of the batch token.
    public let id: Int64
    /// Whose.
    public let tenant: TenantID
    /// Of which company.
    public let target: SageCompany
    /// How far it is.
    public let state: State
    /// Counts the POSTs, from 1.
    public let tryNumber: Int
    /// How often the batch was looked for in vain since the last POST.
    public let absentReads: Int
    /// True once a POST's answer was lost.
    public let wasInDoubt: Bool
    /// Batch number, once adopted.
    public let batch: Int64?
    /// Whether the company's batches are posted.
    public let isAutomatic: Bool
    /// When the last POST began.
    public let sentAt: Date
    /// Whether the try has been sent, or was about to be: otherwise nothing of it can be in Sage 300.
    public let isSent: Bool
    /// Since when its batch is being posted.
    public let postingSince: Date?
    /// Its documents in the batch's order.
    public let entries: [ClaimEntry]

    /// `MLC <claim>/<try>`: begins the batch's description and finds it again.
    public var token: String { "\(searchToken)\(tryNumber)" }
    /// Begins the description of every batch this claim ever sent.
    public var searchToken: String { "MLC \(id)/" }

    init(row: PostgresRow, entries: [ClaimEntry]) throws {
        guard let tenant = TenantID(try row.get("tenant")), let company = CompanyID(try row.get("company")),
            let state = State(rawValue: try row.get("state"))
        else { throw StorageError("claims: unknown tenant, company or state") }
        self.tenant = tenant
        self.state = state
        self.entries = entries
        target = SageCompany(address: try row.get("sage_address"), company: company)
        id = try row.get("id")
        tryNumber = try row.get("try")
        absentReads = try row.get("absent_reads")
        wasInDoubt = try row.get("was_in_doubt")
        batch = try row.get("batch")
        isAutomatic = try row.get("automatic")
        sentAt = try row.get("sent_at")
        isSent = try row.get("is_sent")
        postingSince = try row.get("posting_since")
    }
}

extension ClaimEntry {
    /// Whether somebody typed it by hand and it was linked: nothing was ever sent of it, and it is that person's to change.
    public var isTypedByHand: Bool { payload.isEmpty }
    /// Whether it is ours, and what was sent of it went when its tenant was removed: its total is not known to the cent.
    public var isRecalled: Bool { payload == Self.recalledPayload }

    static let recalledPayload = "recalled"

    init(row: PostgresRow) throws {
        self.init(
            key: try DocumentKey(row: row),
            revision: try row.get("revision"),
            document: try row.get("document"),
            customer: try row.get("customer"),
            total: try row.get("total"),
            payload: try row.get("payload")
        )
    }
}

/// How a claimed document ended.
public enum ClaimOutcome: Sendable {
    /// It stands in an Open batch.
    case entered(batch: Int64, entry: Int)
    /// It is in the ledger.
    case posted(batch: Int64, entry: Int)
    /// It is dead; its entry may still stand in an error batch.
    case dead(Death, reason: String, stuckBatch: Int64? = nil)
    /// It is to be taken up again: published anew, a credit note perhaps without being applied.
    case waiting(reason: String, isApplyRefused: Bool = false)
}
