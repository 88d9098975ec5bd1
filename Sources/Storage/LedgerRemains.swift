import PostgresClient

extension Database {
    /// Documents that are new here and stood in Sage 300 when their tenant was removed are there still, and are not entered
    /// again. Of another document with such a number it is asked before it is entered, as of a replayed one.
    /// - Parameter rows: the documents that were recorded just now, as JSON.
    func recall(_ rows: String, in transaction: PostgresTransaction) async throws {
        let known = try await transaction.query("select 1 as known from \(Self.remains(rows)) limit 1")
        guard !known.isEmpty else { return }
        _ = try await transaction.query(
            """
            with recalled as (
                update documents d set state = m.state, state_since = now(), sage_customer = m.sage_customer,
                    sage_batch = m.sage_batch, sage_entry = m.sage_entry, stuck_batch = m.stuck_batch,
                    ledger_hash = m.ledger_hash, posted_at = m.posted_at, sage_document = m.sage_document
                from \(Self.remains(rows))
                where \(Self.isNew) and m.tenant = d.tenant and m.kind = d.kind and m.source_id = d.source_id
                    and m.state in ('entered', 'posted')
                returning d.*
            ), told as (
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                select tenant, company, kind, source_id, 'link', state,
                    'it stood in Sage 300 when the tenant was removed: not entered again'
                from recalled
            ), watched as (
                insert into watched_batches (sage_address, company, batch)
                select distinct t.sage_address, r.company, r.sage_batch from recalled r join tenants t using (tenant)
                where r.state = 'entered' and r.sage_batch is not null
                on conflict do nothing
            )
            select 1 from recalled
            """
        )
        _ = try await transaction.query(
            """
            update documents d set replayed_at = now()
            from \(Self.remains(rows))
            where \(Self.isNew) and d.replayed_at is null and d.kind <> 'customer'
            """
        )
    }

    private static func remains(_ rows: String) -> PostgresQuery {
        """
        jsonb_to_recordset(\(rows)::jsonb)
            as r (tenant text, company text, kind text, source_id bigint, document text)
        join tenants t on t.tenant = r.tenant
        join ledger_remains m on m.sage_address = t.sage_address and m.company = r.company and m.document = r.document
        """
    }

    /// The document of a row `r`, before anybody has taken it up.
    private static var isNew: PostgresQuery {
        """
        d.tenant = r.tenant and d.company = r.company and d.kind = r.kind and d.source_id = r.source_id
            and d.state = 'waiting' and d.revision = 1 and d.first_published_at is null and d.attempts = 0
        """
    }
}
