public import Accounting
import ExactJSON
public import Foundation
import PostgresClient

/// What was found of documents that somebody typed by hand.
extension Database {
    /// Remembers what was found for documents that were looked at. What a person has decided stays; what was found before and
    /// is not any more is forgotten, and a document that was held for it alone goes on.
    /// - Parameter keys: those that were looked for everywhere; none where only some of it was looked at.
    public func record(_ found: [FoundMatch], lookedAt keys: [DocumentKey]) async throws {
        let rows = JSON.array(try found.map { try $0.json }).text
        let looked = JSON.array(keys.map { $0.json() }).text
        try await client.transaction { transaction in
            try await lock(documents: looked, in: transaction)
            _ = try await transaction.query(
                """
                insert into document_matches as m (tenant, company, kind, source_id, revision, ledger_document,
                    ledger_customer, ledger_type, ledger_total, ledger_currency, ledger_date, order_number, batch, entry,
                    posted, ledger_hash, strength, reason, ambiguous)
                select tenant, company, kind, source_id, revision, ledger_document, ledger_customer, ledger_type,
                    ledger_total, ledger_currency, ledger_date, order_number, batch, entry, posted,
                    decode(ledger_hash, 'hex'), strength, reason, ambiguous
                from jsonb_to_recordset(\(rows)::jsonb) as r (\(Self.matchColumns))
                on conflict (tenant, company, kind, source_id, ledger_customer, ledger_document) do update set
                    revision = excluded.revision, ledger_type = excluded.ledger_type,
                    ledger_total = excluded.ledger_total, ledger_currency = excluded.ledger_currency,
                    ledger_date = excluded.ledger_date, order_number = excluded.order_number, batch = excluded.batch,
                    entry = excluded.entry, posted = excluded.posted, ledger_hash = excluded.ledger_hash,
                    strength = excluded.strength, reason = excluded.reason, ambiguous = excluded.ambiguous,
                    found_at = now()
                where m.decision is null
                """
            )
            _ = try await transaction.query(
                """
                delete from document_matches m using jsonb_to_recordset(\(looked)::jsonb)
                    as r (tenant text, company text, kind text, source_id bigint)
                where m.decision is null and (m.tenant, m.company, m.kind, m.source_id)
                    = (r.tenant, r.company, r.kind, r.source_id)
                    and not exists (select from jsonb_to_recordset(\(rows)::jsonb) as f (\(Self.matchColumns))
                        where (f.tenant, f.company, f.kind, f.source_id, f.ledger_customer, f.ledger_document)
                            = (m.tenant, m.company, m.kind, m.source_id, m.ledger_customer, m.ledger_document))
                """
            )
            try await release(looked, told: "Sage 300 holds no such document any more", in: transaction)
        }
    }

    /// What is remembered for documents, by the store's and then by number.
    public func matches(of keys: [DocumentKey]) async throws -> [MatchRecord] {
        guard !keys.isEmpty else { return [] }
        return try await client.query(
            """
            select m.* from document_matches m
            join jsonb_to_recordset(\(JSON.array(keys.map { $0.json() }).text)::jsonb)
                as r (tenant text, company text, kind text, source_id bigint)
                using (tenant, company, kind, source_id)
            order by m.tenant, m.company, m.kind, m.source_id, m.id
            """
        ).map(MatchRecord.init(row:))
    }

    /// A company's matches that nobody has decided yet and whose document may still be entered, by the store's document.
    public func openMatches(of tenant: TenantID, _ company: CompanyID) async throws -> [MatchRecord] {
        try await client.query(
            """
            select m.* from document_matches m
            join documents d using (tenant, company, kind, source_id)
            where m.tenant = \(tenant.name) and m.company = \(company.name) and m.decision is null
                and d.state in ('waiting', 'held', 'dead')
            order by d.source_created_at, m.kind, m.source_id, m.id
            """
        ).map(MatchRecord.init(row:))
    }

    /// A tenant's matches by their numbers; those that are not there are left out.
    public func matches(_ ids: [Int64], of tenant: TenantID) async throws -> [MatchRecord] {
        try await client.query(
            """
            select * from document_matches where tenant = \(tenant.name) and id = any(\(ids)::bigint[]) order by id
            """
        ).map(MatchRecord.init(row:))
    }

    /// Documents that are not in the ledger, nor on their way there, and may come to be: invoices and credit notes, by kind
    /// and id, at most `limit`.
    /// - Parameter day: only those the store made on that day or later, by UTC.
    public func undecided(
        of tenant: TenantID,
        _ company: CompanyID,
        since day: CalendarDate?,
        limit: Int
    ) async throws -> [DocumentRecord] {
        try await client.query(
            """
            select * from documents where tenant = \(tenant.name) and company = \(company.name)
                and kind in ('order', 'invoice', 'creditmemo', 'cancellation')
                and state in ('waiting', 'held', 'dead') and stuck_batch is null
                and source_created_at >= coalesce(\(day?.description)::timestamptz, '-infinity')
            order by source_created_at, kind, source_id limit \(limit)
            """
        ).map(DocumentRecord.init(row:))
    }

    /// Which of these numbers are documents of ours in a company's ledger, or on their way there: entered or linked, by any
    /// tenant of these books.
    public func ownDocuments(_ numbers: [String], of target: SageCompany) async throws -> Set<String> {
        guard !numbers.isEmpty else { return [] }
        let rows = try await client.query(
            """
            select coalesce(d.sage_document, d.document) as number from documents d
            join tenants t on t.tenant = d.tenant and t.sage_address = \(target.address)
            where d.company = \(target.company.name) and d.state in ('posting', 'inDoubt', 'entered', 'posted')
                and coalesce(d.sage_document, d.document) = any(\(numbers)::text[])
            """
        )
        return Set(try rows.map { try $0.get("number", as: String.self) })
    }

    /// Since when the tenant file names a company: its cut-over is counted from then on.
    public func cutOver(of tenant: TenantID, _ company: CompanyID) async throws -> Date? {
        try await client.query(
            "select since from companies where tenant = \(tenant.name) and company = \(company.name)"
        ).first?.get("since")
    }

    /// When the store made the oldest document of a company that waits or is held; nil when none does. Reads them all.
    public func oldestToEnter(of tenant: TenantID, _ company: CompanyID) async throws -> Date? {
        try await client.query(
            """
            select min(source_created_at) as oldest from documents
            where tenant = \(tenant.name) and company = \(company.name) and state in ('waiting', 'held')
                and kind <> 'customer'
            """
        ).first.flatMap { try $0.get("oldest", as: Date?.self) }
    }

    /// Lets documents go on that were held for matches alone, once none is left that holds them. They are unpublished then;
    /// their rows are locked.
    /// - Returns: how many those are.
    @discardableResult
    func release(_ keys: String, told detail: String, in transaction: PostgresTransaction) async throws -> Int
    {
        try await transaction.query(
            """
            with free as (
                update documents d set state = 'waiting', reason = null, published_revision = 0, state_since = now()
                from jsonb_to_recordset(\(keys)::jsonb) as r (tenant text, company text, kind text, source_id bigint)
                where (d.tenant, d.company, d.kind, d.source_id) = (r.tenant, r.company, r.kind, r.source_id)
                    and d.state = 'held' and starts_with(d.reason, \(DocumentRecord.existingPrefix))
                    and not exists (select from document_matches m where m.decision is null
                        and m.strength in ('certain', 'likely')
                        and (m.tenant, m.company, m.kind, m.source_id) = (d.tenant, d.company, d.kind, d.source_id))
                returning d.tenant, d.company, d.kind, d.source_id
            )
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            select tenant, company, kind, source_id, 'existing', 'waiting', \(detail) from free
            """
        ).affectedRows
    }

    private static var matchColumns: PostgresQuery {
        """
        tenant text, company text, kind text, source_id bigint, revision integer, ledger_document text,
        ledger_customer text, ledger_type text, ledger_total numeric, ledger_currency text, ledger_date text,
        order_number text, batch bigint, entry integer, posted boolean, ledger_hash text, strength text, reason text,
        ambiguous boolean
        """
    }
}

extension FoundMatch {
    fileprivate var json: JSON {
        get throws {
            key.json([
                "revision": .int(revision), "ledger_document": .string(ledger.document),
                "ledger_customer": .string(ledger.customer),
                "ledger_type": ledger.type.map(JSON.string) ?? .null,
                "ledger_total": ledger.total.map(JSON.decimal) ?? .null,
                "ledger_currency": ledger.currency.map(JSON.string) ?? .null,
                "ledger_date": ledger.date.map { .string($0.description) } ?? .null,
                "order_number": .string(ledger.orderNumber),
                "batch": ledger.batch.map { .int(Int($0)) } ?? .null,
                "entry": ledger.entry.map(JSON.int) ?? .null, "posted": .bool(ledger.isPosted),
                "ledger_hash": ledgerHash.map { .string($0.hexadecimal) } ?? .null,
                "strength": .string(strength.rawValue), "reason": .string(reason),
                "ambiguous": .bool(isAmbiguous),
            ])
        }
    }
}
