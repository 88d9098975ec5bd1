public import Accounting
public import Foundation
import PostgresClient

/// A dead letter as it is stored.
public struct FailureReport: Sendable {
    /// Identity of the death; taken in once.
    public var deathID: UUID
    /// The document, where the message named one of ours.
    public var key: DocumentKey?
    /// The tenant whose queue it came from, where known.
    public var tenant: String?
    /// The company whose queue it came from, where known.
    public var company: String?
    /// The revision that died.
    public var revision: Int?
    /// The store's number.
    public var number: String?
    /// The number in Sage 300.
    public var document: String?
    /// Why.
    public var failure: Failure
    /// Total including tax.
    public var amount: Decimal?
    /// ISO code of `amount`.
    public var currency: String?
    /// How often the document was tried.
    public var attempts: Int
    /// When it died.
    public var failedAt: Date
    /// The dead letter itself, at most what the queue held.
    public var message: String

    /// A report of a message that is none of ours, or the beginning of one that is.
    public init(deathID: UUID, failure: Failure, failedAt: Date, message: String) {
        self.deathID = deathID
        self.failure = failure
        self.failedAt = failedAt
        self.message = message
        attempts = 1
    }
}

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
    /// The dead letter.
    public let message: String

    init(row: PostgresRow) throws {
        id = try row.get("id")
        deathID = try row.get("death_id")
        tenant = try row.get("tenant")
        company = try row.get("company")
        kind = try row.get("kind", as: String?.self).flatMap(DocumentKind.init(rawValue:))
        sourceID = try row.get("source_id")
        number = try row.get("number")
        document = try row.get("document")
        failureClass = FailureClass(rawValue: try row.get("class")) ?? .document
        code = try row.get("code")
        reason = try row.get("reason")
        nextStep = try row.get("next_step")
        moneyAtRisk = try row.get("at_risk")
        group = try row.get("group_id")
        attempts = try row.get("attempts")
        amount = try row.get("amount")
        currency = try row.get("currency")
        failedAt = try row.get("failed_at")
        resolution = try row.get("resolution")
        message = try row.get("message")
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

/// Failures of one cause.
public struct FailureGroup: Sendable {
    /// Its identity.
    public let group: String
    /// Class of failure.
    public let failureClass: FailureClass
    /// What happened to the newest of them.
    public let reason: String
    /// Who does what next.
    public let nextStep: String
    /// How many are open.
    public let count: Int
    /// Their total, where they share a currency.
    public let amount: Decimal?
    /// That currency.
    public let currency: String?
    /// The oldest.
    public let firstAt: Date
    /// The newest.
    public let lastAt: Date
    /// Whose.
    public let tenants: [String]
}

extension Database {
    /// Takes a dead letter in, once: a second copy of the same death changes nothing. A document has one open
    /// failure: that of the death it is dead of. Whatever else stands open of it is overtaken.
    public func takeIn(_ report: FailureReport) async throws {
        let tenant = report.key?.tenant.name ?? report.tenant
        let company = report.key?.company?.name ?? report.company
        let failure = report.failure
        try await client.transaction { transaction in
            let inserted = try await transaction.query(
                """
                insert into failures (death_id, tenant, company, kind, source_id, revision, number, document, class,
                    code, reason, next_step, at_risk, group_id, attempts, amount, currency, failed_at, message)
                values (\(report.deathID), \(tenant), \(company), \(report.key?.kind.rawValue), \(report.key?.sourceID),
                    \(report.revision), \(report.number), \(report.document), \(failure.failureClass.rawValue),
                    \(failure.code), \(failure.reason), \(failure.nextStep), \(failure.moneyAtRisk),
                    \(failure.group), \(report.attempts), \(report.amount), \(report.currency), \(report.failedAt),
                    \(report.message))
                on conflict (death_id) do nothing returning id
                """
            )
            guard let id: Int64 = try inserted.first?.get("id"), let key = report.key else { return }
            _ = try await transaction.query(
                """
                update failures f set resolution = 'overtaken', resolved_at = now(), resolved_why = 'a newer failure'
                where f.tenant = \(key.tenant.name) and coalesce(f.company, '') = \(key.companyText)
                    and f.kind = \(key.kind.rawValue) and f.source_id = \(key.sourceID)
                    and f.id < \(id) and f.resolution is null and not (\(Self.isOpen))
                """
            )
        }
    }

    /// Open failures, newest first.
    public func openFailures(
        tenant: TenantID? = nil,
        group: String? = nil,
        limit: Int = 10_000
    ) async throws -> [FailureRecord] {
        try await client.query(
            """
            select f.* from failures f where \(Self.isOpen)
                and (\(tenant?.name)::text is null or f.tenant = \(tenant?.name))
                and (\(group)::text is null or f.group_id = \(group))
            order by f.failed_at desc, f.id desc limit \(limit)
            """
        ).map(FailureRecord.init(row:))
    }

    /// One failure, open or not.
    public func failure(_ id: Int64) async throws -> FailureRecord? {
        try await client.query("select * from failures where id = \(id)").first.map(FailureRecord.init(row:))
    }

    /// Every failure of a document, newest first.
    public func failures(of key: DocumentKey) async throws -> [FailureRecord] {
        try await client.query(
            """
            select * from failures where tenant = \(key.tenant.name) and coalesce(company, '') = \(key.companyText)
                and kind = \(key.kind.rawValue) and source_id = \(key.sourceID) order by id desc limit 100
            """
        ).map(FailureRecord.init(row:))
    }

    /// Open failures by cause, the most frequent first.
    public func failureGroups() async throws -> [FailureGroup] {
        try await client.query(
            """
            select group_id, min(class) as class, count(*) as count, min(failed_at) as first_at,
                max(failed_at) as last_at, (array_agg(reason order by id desc))[1] as reason,
                (array_agg(next_step order by id desc))[1] as next_step,
                case when count(distinct currency) = 1 then sum(amount) end as amount,
                case when count(distinct currency) = 1 then min(currency) end as currency,
                array_remove(array_agg(distinct tenant), null) as tenants
            from failures f where \(Self.isOpen) group by group_id order by count(*) desc, group_id
            """
        ).map { row in
            FailureGroup(
                group: try row.get("group_id"),
                failureClass: FailureClass(rawValue: try row.get("class")) ?? .document,
                reason: try row.get("reason"),
                nextStep: try row.get("next_step"),
                count: try row.get("count"),
                amount: try row.get("amount"),
                currency: try row.get("currency"),
                firstAt: try row.get("first_at"),
                lastAt: try row.get("last_at"),
                tenants: try row.get("tenants")
            )
        }
    }

    /// Begins the reason of a document that a person decided to leave out.
    static let discardedPrefix = "discarded: "

    /// Resolves a failure by a person's decision; its document is skipped with that reason.
    /// - Returns: false when it is not open.
    public func discard(_ id: Int64, why: String) async throws -> Bool {
        try await client.transaction { transaction in
            guard
                let row = try await transaction.query(
                    """
                    update failures f set resolution = 'discarded', resolved_at = now(), resolved_why = \(why)
                    where f.id = \(id) and \(Self.isOpen) returning *
                    """
                ).first
            else { return false }
            let failure = try FailureRecord(row: row)
            guard let key = failure.key else { return true }
            _ = try await transaction.query(
                """
                update documents set state = 'skipped', reason = \(Self.discardedPrefix + why), state_since = now(),
                    death_id = null, death = null, death_published = true
                where death_id = \(failure.deathID) and state = 'dead'
                """
            )
            _ = try await transaction.query(
                """
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                values (\(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), 'discard',
                        'skipped', \(why))
                """
            )
            return true
        }
    }

    /// A failure is open while nothing has resolved it and its document is still dead of it: a newer revision
    /// that is on its way takes its place.
    static var isOpen: PostgresQuery {
        """
        f.resolution is null and (f.source_id is null or exists (
            select 1 from documents d where d.death_id = f.death_id and d.state = 'dead'))
        """
    }
}

extension Failure {
    /// Failures of one cause share it: class, code and subject, never a number of the document.
    public var group: String {
        [failureClass.rawValue, code, subject].filter { !$0.isEmpty }.joined(separator: ":")
    }
}
