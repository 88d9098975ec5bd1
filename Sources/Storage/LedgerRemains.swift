import PostgresClient

extension Database {
    /// Documents that are new here and stood in Sage 300 when their tenant was removed are there still, and are not entered
    /// again, by whatever number they would be entered now. Where nobody knows, they wait with a reason that says where to
    /// look (`DocumentRecord.isLeftOver`). Of another document with such a number it is asked before it is entered, as of a
    /// replayed one.
    /// - Parameter rows: the documents that were recorded just now, as JSON.
    func recall(_ rows: String, in transaction: PostgresTransaction) async throws {
        let known = try await transaction.query("select 1 as known from \(Self.remains(rows)) limit 1")
        guard !known.isEmpty else { return }
        _ = try await transaction.query(Self.recalling(rows))
        _ = try await transaction.query(
            """
            update documents d set replayed_at = now()
            from \(Self.remains(rows))
            where \(Self.isNew) and d.replayed_at is null and d.kind <> 'customer'
            """
        )
    }

    /// What was being written stands in the batch that had been adopted, or nobody knows.
    private static func recalling(_ rows: String) -> PostgresQuery {
        """
        with its as (
            select distinct on (r.tenant, r.company, r.kind, r.source_id) m.*, m.document <> r.document as is_renumbered,
                m.state not in ('entered', 'posted') and (m.sage_batch is null or m.state in ('dead', 'skipped'))
                    as is_doubtful
            from \(remains(rows))
            where m.tenant = r.tenant and m.kind = r.kind and m.source_id = r.source_id
                -- Another store counts from 1 as well, but did not make it at that moment.
                and (m.document = r.document or m.source_created_at = r.created_at)
            order by r.tenant, r.company, r.kind, r.source_id, m.state = 'posted' desc, m.state = 'entered' desc,
                m.document = r.document desc, m.document
        ), recalled as (
            update documents d set state_since = now(), sage_customer = r.sage_customer,
                state = case when r.is_doubtful then 'waiting' when r.state = 'posted' then 'posted' else 'entered' end,
                reason = case when r.is_doubtful then \(leftOverReason) end,
                sage_batch = r.sage_batch, sage_entry = r.sage_entry,
                -- An entry with another number is not to be compared with the one there.
                ledger_hash = case when not r.is_renumbered then r.ledger_hash end, posted_at = r.posted_at,
                sage_document = case when not r.is_doubtful
                    then coalesce(r.sage_document, case when r.is_renumbered then r.document end) end
            from its r where \(isNew)
            returning d.*
        ), told as (
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            select tenant, company, kind, source_id, 'link', state,
                coalesce(reason, 'it stood in Sage 300 when the tenant was removed: not entered again')
            from recalled
        ), watched as (
            insert into watched_batches (sage_address, company, batch)
            select distinct t.sage_address, r.company, r.sage_batch from recalled r join tenants t using (tenant)
            where r.state = 'entered' and r.sage_batch is not null
            on conflict do nothing
        )
        select 1 from recalled
        """
    }

    /// Of remains `r`.
    private static var leftOverReason: PostgresQuery {
        """
        concat(\(DocumentRecord.leftOverPrefix)::text, case
            when r.state in ('dead', 'skipped') then concat('error batch ', r.stuck_batch)
            when r.claim_id is not null then concat('a batch whose description begins with "MLC ', r.claim_id, '/"')
            else 'a batch whose description begins with "MLC "' end,
            ', as ', coalesce(r.sage_document, r.document), ': the tenant was removed before that was known.')
        """
    }

    /// By its number there, or as the same document of the store, which may have another number by now.
    private static func remains(_ rows: String) -> PostgresQuery {
        """
        jsonb_to_recordset(\(rows)::jsonb)
            as r (tenant text, company text, kind text, source_id bigint, number text, document text,
                created_at timestamptz)
        join tenants t on t.tenant = r.tenant
        join ledger_remains m on m.sage_address = t.sage_address and m.company = r.company and (m.document = r.document
            or m.tenant = r.tenant and m.kind = r.kind and m.source_id = r.source_id and m.number = r.number)
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
