public import Accounting
public import Foundation
import PostgresClient

/// A failure as listed.
public struct FailureRecord: Sendable {
    /// Its number in the failure store.
    public let id: Int64
    /// Identity of the death.
    public let deathID: UUID
    /// Whose.
    public let tenant: String?
    /// Which company's.
    public let company: String?
    /// Kind of document.
    public let kind: DocumentKind?
    /// Adobe's id.
    public let sourceID: Int64?
    /// The revision that died.
    public let revision: Int?
    /// The store's number.
    public let number: String?
    /// The number in Sage 300.
    public let document: String?
    /// Class of failure.
    public let failureClass: FailureClass
    /// Code of the cause.
    public let code: String
    /// What happened.
    public let reason: String
    /// Who does what next.
    public let nextStep: String
    /// Whether the ledger may be wrong because of it.
    public let moneyAtRisk: Bool
    /// Failures of one cause share it.
    public let group: String
    /// How often the document was tried.
    public let attempts: Int
    /// Total including tax.
    public let amount: Decimal?
    /// ISO code of `amount`.
    public let currency: String?
    /// When it died.
    public let failedAt: Date
    /// How it was resolved; nil while it is open.
    public let resolution: String?
    /// Why it was resolved, and by whom.
    public let resolvedWhy: String?
    /// What people found it by.
    public let tags: [String]
    /// Who looks after it.
    public let assignee: String?

    /// What `init(row:)` reads, in that order. Never the letter: a list of ten thousand would read a hundred megabytes.
    static var columns: PostgresQuery {
        """
        f.id, f.death_id, f.tenant, f.company, f.kind, f.source_id, f.revision, f.number, f.document, f.class, f.code,
        f.reason, f.next_step, f.at_risk, f.group_id, f.attempts, f.amount, f.currency, f.failed_at, f.resolution,
        f.resolved_why, f.tags, f.assignee
        """
    }

    init(row: PostgresRow) throws {
        id = try row.get(0)
        deathID = try row.get(1)
        tenant = try row.get(2)
        company = try row.get(3)
        kind = try row.get(4, as: String?.self).flatMap(DocumentKind.init(rawValue:))
        sourceID = try row.get(5)
        revision = try row.get(6)
        number = try row.get(7)
        document = try row.get(8)
        failureClass = FailureClass(rawValue: try row.get(9)) ?? .document
        code = try row.get(10)
        reason = try row.get(11)
        nextStep = try row.get(12)
        moneyAtRisk = try row.get(13)
        group = try row.get(14)
        attempts = try row.get(15)
        amount = try row.get(16)
        currency = try row.get(17)
        failedAt = try row.get(18)
        resolution = try row.get(19)
        resolvedWhy = try row.get(20)
        tags = try row.get(21)
        assignee = try row.get(22)
    }

    /// The document, where the dead letter named one.
    public var key: DocumentKey? {
        guard let tenant = tenant.flatMap({ TenantID($0) }), let kind, let sourceID else { return nil }
        return DocumentKey(
            tenant: tenant,
            company: company.flatMap { CompanyID($0) },
            kind: kind,
            sourceID: sourceID
        )
    }
}

/// One death of a document, with what is known of it.
public struct FailureAttempt: Sendable {
    /// The failure itself.
    public let failure: FailureRecord
    /// What was sent and answered; nil where no call was what failed, or an earlier release took the letter in.
    public let evidence: CallEvidence?
    /// Where a worker was when it was killed.
    public let trace: String?

    static var columns: PostgresQuery {
        "\(FailureRecord.columns), f.operation, f.request, f.answer_status, f.answer, f.trace"
    }

    init(row: PostgresRow) throws {
        failure = try FailureRecord(row: row)
        trace = try row.get("trace")
        guard let operation = try row.get("operation", as: String?.self) else {
            evidence = nil
            return
        }
        evidence = CallEvidence(
            operation: operation,
            request: try row.get("request"),
            status: try row.get("answer_status"),
            answer: try row.get("answer", as: [UInt8]?.self) ?? []
        )
    }
}
