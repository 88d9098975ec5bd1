public import Accounting
public import Foundation
import PostgresClient

/// Which document: one row of `documents`.
public struct DocumentKey: Sendable, Hashable {
    /// Whose.
    public let tenant: TenantID
    /// Which company's; nil while its store view belongs to no company.
    public let company: CompanyID?
    /// What kind.
    public let kind: DocumentKind
    /// Adobe's `entity_id`.
    public let sourceID: Int64

    /// A key from its parts.
    public init(tenant: TenantID, company: CompanyID?, kind: DocumentKind, sourceID: Int64) {
        self.tenant = tenant
        self.company = company
        self.kind = kind
        self.sourceID = sourceID
    }

    /// The company as the column holds it.
    var companyText: String { company?.name ?? "" }
}

/// A document as remembered.
public struct DocumentRecord: Sendable {
    /// Which document.
    public let key: DocumentKey
    /// The store's number: increment id, or the customer's id.
    public let number: String
    /// The number in Sage 300, as far as it can be told beforehand.
    public let document: String
    /// Store view, by code.
    public let storeView: String
    /// When the store made it.
    public let sourceCreatedAt: Date
    /// When the store last moved it.
    public let sourceUpdatedAt: Date
    /// The store's document, trimmed, as JSON text.
    public private(set) var source: String
    /// `entity_id` of the order it belongs to, or is; nil for customers.
    public let orderID: Int64?
    /// Counts its changes, from 1.
    public let revision: Int
    /// The revision the broker last confirmed; 0 before the first.
    public let publishedRevision: Int
    /// When the broker first confirmed a revision.
    public let firstPublishedAt: Date?
    /// Where it is.
    public let state: DocumentState
    /// Why it is held, skipped or dead.
    public let reason: String?
    /// Whether it is held under another document, and goes on by itself once that is settled.
    public let waitsForAnother: Bool
    /// Since when.
    public let stateSince: Date
    /// How often a worker took it up.
    public let attempts: Int
    /// Total including tax; nil for customers.
    public let amount: Decimal?
    /// ISO code of `amount`.
    public let currency: String?
    /// The run that last published it.
    public let runID: Int64?
    /// The claim it belongs to.
    public let claimID: Int64?
    /// Its death, while dead.
    public let deathID: UUID?
    /// The dead letter of that death.
    public let deathLetter: String?
    /// The number it has in Sage 300 where somebody typed it by hand, or its tenant was removed and came back with other
    /// numbers; nil for what is entered as `document`.
    public let sageDocument: String?
    /// Customer it was entered for.
    public let sageCustomer: String?
    /// Batch it stands in.
    public let sageBatch: Int64?
    /// Entry of that batch.
    public let sageEntry: Int?
    /// Whether Sage 300 refused to apply it to its invoice: it is entered unapplied then.
    public let isApplyRefused: Bool
    /// How often in a row it met somebody at work on its record in Sage 300.
    public let conflicts: Int
    /// When it is tried again after that; nil for one that is not in a retry delay.
    public let retryAt: Date?
    /// The error batch its entry still stands in: entered again, it would stand twice.
    public let stuckBatch: Int64?
    /// Whether it was dead and sent back: somebody may have entered it by hand meanwhile.
    public let wasReplayed: Bool
    /// Hash of what was entered, to tell a revision that changes money from one that does not.
    public let ledgerHash: [UInt8]?

    init(row: PostgresRow) throws {
        guard let state = DocumentState(rawValue: try row.get("state")) else {
            throw StorageError("documents: unknown state")
        }
        key = try DocumentKey(row: row)
        self.state = state
        number = try row.get("number")
        document = try row.get("document")
        storeView = try row.get("store_view")
        sourceCreatedAt = try row.get("source_created_at")
        sourceUpdatedAt = try row.get("source_updated_at")
        source = try row.get("source")
        orderID = try row.get("order_id")
        revision = try row.get("revision")
        publishedRevision = try row.get("published_revision")
        firstPublishedAt = try row.get("first_published_at")
        reason = try row.get("reason")
        waitsForAnother = try row.get("waits_for_id", as: Int64?.self) != nil
        stateSince = try row.get("state_since")
        attempts = try row.get("attempts")
        amount = try row.get("amount")
        currency = try row.get("currency")
        runID = try row.get("run_id")
        claimID = try row.get("claim_id")
        deathID = try row.get("death_id")
        deathLetter = try row.get("death")
        sageDocument = try row.get("sage_document")
        sageCustomer = try row.get("sage_customer")
        sageBatch = try row.get("sage_batch")
        sageEntry = try row.get("sage_entry")
        isApplyRefused = try row.get("apply_refused")
        conflicts = try row.get("conflicts")
        retryAt = try row.get("retry_at")
        stuckBatch = try row.get("stuck_batch")
        wasReplayed = try row.get("replayed_at", as: String?.self) != nil
        ledgerHash = try row.get("ledger_hash")
    }

    /// The number it has in Sage 300.
    public var ledgerNumber: String { sageDocument ?? document }

    /// Begins the reason of a document that was under way, or stuck in an error batch, when its tenant was removed.
    static let leftOverPrefix = "May stand in Sage 300 already, in "

    /// Whether nobody knows if it stands in Sage 300 since its tenant was removed: a person has to look before it is
    /// entered. The reason says where.
    public var isLeftOver: Bool { state == .waiting && reason?.hasPrefix(Self.leftOverPrefix) == true }

    /// The same document as if the store had sent this, to rehearse with.
    public func with(source: String) -> DocumentRecord {
        var record = self
        record.source = source
        return record
    }
}

/// A document as the poller found it.
public struct ObservedDocument: Sendable {
    /// Which document.
    public let key: DocumentKey
    /// The store's number.
    public var number: String
    /// The number in Sage 300.
    public var document: String
    /// Store view, by code.
    public let storeView: String
    /// When the store made it.
    public let createdAt: Date
    /// When the store last moved it.
    public let updatedAt: Date
    /// When it was read, by the store's clock.
    public let observedAt: Date
    /// The trimmed document as JSON text.
    public var source: String
    /// `entity_id` of the order it belongs to, or is; nil for customers.
    public var orderID: Int64?
    /// SHA-256 of what makes it news when it changes: the canonical trimmed document.
    public var contentHash: [UInt8]
    /// Total including tax; nil for customers.
    public var amount: Decimal?
    /// ISO code of `amount`.
    public var currency: String?

    /// An observation from its parts.
    public init(
        key: DocumentKey,
        number: String,
        document: String,
        storeView: String,
        createdAt: Date,
        updatedAt: Date,
        observedAt: Date,
        source: String,
        orderID: Int64? = nil,
        contentHash: [UInt8],
        amount: Decimal?,
        currency: String?
    ) {
        self.key = key
        self.number = number
        self.document = document
        self.storeView = storeView
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.observedAt = observedAt
        self.source = source
        self.orderID = orderID
        self.contentHash = contentHash
        self.amount = amount
        self.currency = currency
    }
}
