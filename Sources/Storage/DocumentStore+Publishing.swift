public import Accounting
import ExactJSON
import Foundation
import PostgresClient

extension Database {
    /// Step 1 of publishing: records what a page showed, unpublished, in one transaction.
    ///
    /// A document whose content did not change keeps its revision. A changed one gets the next revision; unless
    /// it is on its way into the ledger or there already, it goes back to `waiting`.
    /// Of a row that a page shows twice, as old stores do, the last counts. What was read before, and is published
    /// late, does not undo what was read since. A document that stands in one company's ledger, or is on its way
    /// there, is not entered in another's when its store view moves.
    /// - Returns: the documents of the page whose newest revision the broker has not confirmed.
    public func record(_ page: [ObservedDocument], run: Int64) async throws -> [DocumentRecord] {
        guard !page.isEmpty else { return [] }
        let page = Dictionary(page.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        let rows = JSON.array(try page.values.map { try $0.json }).text
        return try await client.transaction { transaction in
            // A document that had no company gets the one its store view belongs to now, as a new revision.
            _ = try await transaction.query(
                """
                update documents d set company = r.company, content_hash = '\\x'
                from jsonb_to_recordset(\(rows)::jsonb)
                    as r (tenant text, company text, kind text, source_id bigint)
                where r.company <> '' and d.company = '' and d.tenant = r.tenant and d.kind = r.kind
                    and d.source_id = r.source_id and not exists (select 1 from documents o
                        where o.tenant = r.tenant and o.company = r.company and o.kind = r.kind
                            and o.source_id = r.source_id)
                """
            )
            _ = try await transaction.query(
                """
                insert into documents as d (tenant, company, kind, source_id, number, document, store_view,
                    source_created_at, source_updated_at, observed_at, source, content_hash, state, amount, currency,
                    run_id, order_id)
                select tenant, company, kind, source_id, number, document, store_view, created_at, updated_at,
                    observed_at, source, decode(hash, 'hex'), 'waiting', amount, currency, \(run), order_id
                from jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text,
                    source_id bigint, number text, document text, store_view text, created_at timestamptz,
                    updated_at timestamptz, observed_at timestamptz, source text, hash text, amount numeric,
                    currency text, order_id bigint)
                where r.kind = 'customer' or not exists (select 1 from documents o where o.tenant = r.tenant
                    and o.company <> r.company and o.kind = r.kind and o.source_id = r.source_id
                    and o.state in ('posting', 'inDoubt', 'entered', 'posted'))
                order by tenant, company, kind, source_id
                on conflict (tenant, company, kind, source_id) do update set
                    number = excluded.number, document = excluded.document, store_view = excluded.store_view,
                    source_created_at = excluded.source_created_at, source_updated_at = excluded.source_updated_at,
                    observed_at = excluded.observed_at, source = excluded.source,
                    content_hash = excluded.content_hash, amount = excluded.amount,
                    currency = excluded.currency, run_id = excluded.run_id, order_id = excluded.order_id,
                    revision = d.revision + 1, waits_for_kind = null, waits_for_id = null,
                    state = case when \(Self.staysAsItIs) then d.state else 'waiting' end,
                    reason = case when \(Self.staysAsItIs) or \(Self.isDoubtful) then d.reason end,
                    death_id = case when d.stuck_batch is not null then d.death_id end,
                    death = case when d.stuck_batch is not null then d.death end,
                    death_published = d.death_published or d.stuck_batch is null,
                    refused_customer = null, conflicts = 0, retry_at = null, replayed_at = \(Self.calledBack),
                    state_since = case when \(Self.staysAsItIs) or d.state = 'waiting'
                                       then d.state_since else now() end
                where d.content_hash <> excluded.content_hash and (d.observed_at is null
                    or excluded.observed_at >= d.observed_at
                    or excluded.source_updated_at > d.source_updated_at)
                """
            )
            try await recall(rows, in: transaction)
            return try await transaction.query(
                """
                select d.* from documents d
                join jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text, source_id bigint)
                    using (tenant, company, kind, source_id)
                where d.published_revision < d.revision
                order by d.source_updated_at, d.source_id
                """
            ).map(DocumentRecord.init(row:))
        }
    }

    /// What a change in the store does not move: what is in the ledger or on its way there, and what is dead with its entry
    /// in an error batch, where it would stand a second time.
    ///
    /// And what a person discarded because it stands in Sage 300 since its tenant was removed.
    private static var staysAsItIs: PostgresQuery {
        """
        (d.state in ('posting', 'inDoubt', 'entered', 'posted') or d.stuck_batch is not null
            or d.state = 'skipped' and starts_with(d.reason, \(discardedPrefix)) and exists (select from failures f
                where f.tenant = d.tenant and f.company = d.company and f.kind = d.kind and f.source_id = d.source_id
                    and f.code = 'left-at-removal' and f.resolution = 'discarded'))
        """
    }

    /// It may stand in Sage 300 since its tenant was removed: a change in the store does not settle that.
    private static var isDoubtful: PostgresQuery {
        "(d.state in ('waiting', 'dead') and starts_with(d.reason, \(DocumentRecord.leftOverPrefix)))"
    }

    /// What comes back from the dead, or from a person's decision to leave it out, may have been entered by hand meanwhile:
    /// as good as replayed.
    private static var calledBack: PostgresQuery {
        """
        case when d.state = 'dead' or d.state = 'skipped' and starts_with(d.reason, \(discardedPrefix)) then now()
             else d.replayed_at end
        """
    }

    /// Which of these documents are known with just this content and published or settled: no news.
    public func unchanged(_ documents: [ObservedDocument]) async throws -> Set<DocumentKey> {
        guard !documents.isEmpty else { return [] }
        let rows = JSON.array(
            documents.map { $0.key.json(["hash": .string($0.contentHash.hexadecimal)]) }
        ).text
        let known = try await client.query(
            """
            select d.tenant, d.company, d.kind, d.source_id from documents d
            join jsonb_to_recordset(\(rows)::jsonb)
                as r (tenant text, company text, kind text, source_id bigint, hash text)
                using (tenant, company, kind, source_id)
            where d.content_hash = decode(r.hash, 'hex') and d.published_revision = d.revision
            """
        )
        return Set(try known.map(DocumentKey.init(row:)))
    }

    /// Step 3 of publishing: marks confirmed revisions published and, for a page, moves the cursor, in one
    /// transaction. A revision that changed meanwhile stays unpublished.
    /// - Parameter settled: of the documents, those that were decided about without a message. They are marked, so
    ///   that nobody looks at them again, but their life does not say that they were published.
    public func markPublished(
        _ documents: [DocumentRecord],
        settled: Set<DocumentKey> = [],
        run: Int64? = nil,
        cursor: (tenant: TenantID, resource: String, position: PollCursor)? = nil
    ) async throws {
        let rows = JSON.array(
            documents.map {
                $0.key.json(["revision": .int($0.revision), "sent": .bool(!settled.contains($0.key))])
            }
        ).text
        try await client.transaction { transaction in
            if !documents.isEmpty {
                try await lock(documents: rows, in: transaction)
                _ = try await transaction.query(
                    """
                    with marked as (
                        update documents d set published_revision = d.revision, published_hash = d.content_hash,
                            published_at = now(), first_published_at = coalesce(d.first_published_at, now())
                        from jsonb_to_recordset(\(rows)::jsonb)
                            as r (tenant text, company text, kind text, source_id bigint, revision integer,
                                sent boolean)
                        where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind
                            and d.source_id = r.source_id and d.revision = r.revision
                        returning d.tenant, d.company, d.kind, d.source_id, d.revision, r.sent
                    )
                    insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                    select tenant, company, kind, source_id, 'publish', 'published', 'revision ' || revision
                    from marked where sent
                    """
                )
            }
            if let run {
                _ = try await transaction.query(
                    "update runs set documents = documents + \(documents.count - settled.count) where id = \(run)"
                )
            }
            if let cursor {
                try await moveCursor(
                    of: cursor.tenant,
                    resource: cursor.resource,
                    to: cursor.position,
                    in: transaction
                )
            }
        }
    }

    /// Documents whose newest revision was recorded but not confirmed for `age`, at most `limit` of each tenant,
    /// oldest first, so that none waits for another's: what a publisher that died left behind.
    public func unpublished(olderThan age: Duration, limit: Int) async throws -> [DocumentRecord] {
        try await client.query(
            """
            select d.* from (select distinct tenant from documents where published_revision < revision) t
            cross join lateral (
                select * from documents where tenant = t.tenant and published_revision < revision
                    and greatest(state_since, coalesce(published_at, state_since))
                        < now() - \(age.secondsText)::interval
                order by state_since limit \(limit)) d
            """
        ).map(DocumentRecord.init(row:))
    }

    /// Companies in the tenants' files with documents whose messages may be lost: published and not decided after `age`; not
    /// those of paused tenants. Each is found by the first such document.
    public func companiesWithStranded(olderThan age: Duration) async throws -> [(
        tenant: TenantID, company: CompanyID
    )] {
        let kinds = DocumentKind.allCases.map(\.rawValue)
        return try await client.query(
            """
            select c.tenant, c.company from companies c join tenants t on t.tenant = c.tenant and not t.paused
            where exists (select 1 from unnest(\(kinds)::text[]) k join documents d on d.tenant = c.tenant
                    and d.company = c.company and d.kind = k
                where d.state = 'waiting' and d.published_at < now() - \(age.secondsText)::interval
                    and \(Self.isStranded(after: age)))
                or exists (select 1 from documents d where d.tenant = c.tenant and d.company = c.company
                    and d.retry_at < now() - \(age.secondsText)::interval and \(Self.isStranded(after: age)))
            """
        ).compactMap { row in
            guard let tenant = TenantID(try row.get("tenant")),
                let company = CompanyID(try row.get("company"))
            else { return nil }
            return (tenant, company)
        }
    }

    /// Published documents not decided after `age` in one company and kind, at most `limit`. With an empty queue their
    /// messages are lost and are published again.
    public func stranded(
        tenant: TenantID,
        company: CompanyID,
        kinds: [DocumentKind],
        olderThan age: Duration,
        limit: Int
    ) async throws -> [DocumentRecord] {
        try await client.query(
            """
            select d.* from documents d where d.tenant = \(tenant.name) and d.company = \(company.name)
                and d.kind = any(\(kinds.map(\.rawValue))::text[]) and \(Self.isStranded(after: age))
            order by d.published_at limit \(limit)
            """
        ).map(DocumentRecord.init(row:))
    }

    /// It waits for a worker, or is a customer whose update was put off, and nothing has been heard of it for `age`.
    private static func isStranded(after age: Duration) -> PostgresQuery {
        """
        (d.state = 'waiting' or d.kind = 'customer' and d.state = 'posted' and d.retry_at is not null)
            and d.published_revision = d.revision
            and greatest(d.published_at, d.state_since, d.retry_at) < now() - \(age.secondsText)::interval
        """
    }
}

extension DocumentKey {
    func json(_ members: JSONObject = [:]) -> JSON {
        var object: JSONObject = [
            "tenant": .string(tenant.name), "company": .string(companyText), "kind": .string(kind.rawValue),
            "source_id": .int(Int(sourceID)),
        ]
        for (name, value) in members { object[name] = value }
        return .object(object)
    }
}

extension ObservedDocument {
    fileprivate var json: JSON {
        get throws {
            key.json([
                "number": .string(number), "document": .string(document), "store_view": .string(storeView),
                "created_at": .string(try createdAt.postgresText() ?? ""),
                "updated_at": .string(try updatedAt.postgresText() ?? ""),
                "observed_at": .string(try observedAt.postgresText() ?? ""),
                "source": .string(source), "hash": .string(contentHash.hexadecimal),
                "amount": amount.map(JSON.decimal) ?? .null, "currency": currency.map(JSON.string) ?? .null,
                "order_id": orderID.map { .int(Int($0)) } ?? .null,
            ])
        }
    }
}

extension [UInt8] {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension Duration {
    /// As PostgreSQL's `interval` reads it.
    var secondsText: String {
        let (seconds, attoseconds) = components
        return "\(seconds) seconds \(attoseconds / 1_000_000_000_000) microseconds"
    }
}

extension Database {
    /// Gives a document without a company one, and the number it has there; nil when the company has that document
    /// already.
    public func move(_ key: DocumentKey, to company: CompanyID, document: String) async throws
        -> DocumentRecord?
    {
        try await client.query(
            """
            update documents d set company = \(company.name), document = \(document)
            where tenant = \(key.tenant.name) and company = '' and kind = \(key.kind.rawValue)
                and source_id = \(key.sourceID) and not exists (select 1 from documents o
                    where o.tenant = d.tenant and o.company = \(company.name) and o.kind = d.kind
                        and o.source_id = d.source_id)
            returning *
            """
        ).first.map(DocumentRecord.init(row:))
    }
}
