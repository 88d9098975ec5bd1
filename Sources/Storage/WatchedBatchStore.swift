import Accounting
import ExactJSON
import Foundation
import PostgresClient

/// A batch that stands in Sage 300 for a person to do something about.
public struct WatchedBatch: Sendable, Hashable {
    /// Of which company.
    public let target: SageCompany
    /// Its number.
    public let batch: Int64
}

extension Database {
    /// Takes the batches of a company to look at now, those that have waited longest first. Each comes back after a tenth of
    /// the time it has stood, from five seconds to ten minutes, to one process at a time.
    public func takeBatchesToWatch(of target: SageCompany, limit: Int = 10) async throws -> [WatchedBatch] {
        try await client.query(
            """
            with due as (
                select sage_address, company, batch from watched_batches where next_look_at <= now()
                    and sage_address = \(target.address) and company = \(target.company.name)
                order by next_look_at limit \(limit) for update skip locked
            )
            update watched_batches w set next_look_at = now()
                + least(greatest((now() - w.since) / 10, interval '5 seconds'), interval '10 minutes')
            from due where w.sage_address = due.sage_address and w.company = due.company and w.batch = due.batch
            returning w.batch
            """
        ).map { WatchedBatch(target: target, batch: try $0.get("batch")) }
    }

    /// What was entered in a batch and still stands there as far as is known, as it was sent; and what somebody typed in
    /// there by hand and was linked; and what was there when its tenant was removed. A document whose cancellation is about to take it out is left to that.
    public func enteredDocuments(in watched: WatchedBatch) async throws -> [ClaimEntry] {
        try await sentDocuments(in: watched) + linkedDocuments(in: watched) + recalledDocuments(in: watched)
    }

    /// Documents whose tenant was removed and came back: neither what was sent of them nor their link is remembered. What
    /// has another number here than there was typed by hand, unless the remains name it as ours.
    private func recalledDocuments(
        in watched: WatchedBatch,
        areStuck: Bool = false
    ) async throws -> [ClaimEntry] {
        let standing: PostgresQuery =
            areStuck
            ? "d.stuck_batch = \(watched.batch)"
            : "d.state = 'entered' and d.sage_batch = \(watched.batch)"
        return try await client.query(
            """
            select d.tenant, d.company, d.kind, d.source_id, d.revision, coalesce(d.sage_document, d.document) as document,
                coalesce(d.sage_customer, '') as customer, coalesce(d.amount, 0) as total,
                case when d.sage_document is null or exists (select from ledger_remains r
                    where r.sage_address = t.sage_address and r.company = d.company and r.document = d.sage_document
                        and r.sage_document is null) then \(ClaimEntry.recalledPayload)::text else '' end as payload
            from documents d
            join tenants t on t.tenant = d.tenant and t.sage_address = \(watched.target.address)
            where d.company = \(watched.target.company.name) and d.kind <> 'customer'
                and \(standing)
                and not exists (select from document_matches m where m.tenant = d.tenant and m.company = d.company
                    and m.kind = d.kind and m.source_id = d.source_id and m.decision = 'linked')
                and not exists (select from claims c join claim_entries e on e.claim_id = c.id
                    where c.sage_address = t.sage_address and c.company = d.company and c.batch = d.sage_batch
                        and e.tenant = d.tenant and e.kind = d.kind and e.source_id = d.source_id)
                and not (d.sage_document is null and exists (select 1 from documents x where x.tenant = d.tenant
                    and x.company = d.company and x.order_id = d.order_id and x.kind = 'cancellation'
                    and x.state = 'waiting'))
            order by d.tenant, d.kind, d.source_id
            """
        ).map(ClaimEntry.init(row:))
    }

    /// Documents of a person's own batch, as they stood there when they were linked: nothing was sent of them.
    private func linkedDocuments(in watched: WatchedBatch) async throws -> [ClaimEntry] {
        try await client.query(
            """
            select d.tenant, d.company, d.kind, d.source_id, d.revision, m.ledger_document as document,
                m.ledger_customer as customer, coalesce(m.ledger_total, d.amount, 0) as total, '' as payload
            from documents d
            join tenants t on t.tenant = d.tenant and t.sage_address = \(watched.target.address)
            join document_matches m on m.tenant = d.tenant and m.company = d.company and m.kind = d.kind
                and m.source_id = d.source_id and m.decision = 'linked'
            where d.state = 'entered' and d.company = \(watched.target.company.name)
                and d.sage_batch = \(watched.batch) and d.sage_document = m.ledger_document
            order by d.tenant, d.kind, d.source_id
            """
        ).map(ClaimEntry.init(row:))
    }

    private func sentDocuments(in watched: WatchedBatch) async throws -> [ClaimEntry] {
        try await client.query(
            """
            select distinct on (d.tenant, d.kind, d.source_id) e.* from documents d
            join tenants t on t.tenant = d.tenant and t.sage_address = \(watched.target.address)
            join claims c on c.sage_address = t.sage_address and c.company = d.company and c.batch = d.sage_batch
            join claim_entries e on e.claim_id = c.id and e.tenant = d.tenant and e.kind = d.kind
                and e.source_id = d.source_id
            where d.state = 'entered' and d.company = \(watched.target.company.name)
                and d.sage_batch = \(watched.batch) and d.sage_document is null
                and not exists (select 1 from documents x where x.tenant = d.tenant and x.company = d.company
                    and x.order_id = d.order_id and x.kind = 'cancellation' and x.state = 'waiting')
            order by d.tenant, d.kind, d.source_id, c.id desc
            """
        ).map(ClaimEntry.init(row:))
    }

    /// The documents, dead or discarded since, whose entries stood in this error batch when they were last looked for, as
    /// they were sent.
    public func stuckDocuments(in watched: WatchedBatch) async throws -> [ClaimEntry] {
        try await sentStuckDocuments(in: watched) + recalledDocuments(in: watched, areStuck: true)
    }

    private func sentStuckDocuments(in watched: WatchedBatch) async throws -> [ClaimEntry] {
        try await client.query(
            """
            select distinct on (d.tenant, d.kind, d.source_id) e.* from documents d
            join tenants t on t.tenant = d.tenant and t.sage_address = \(watched.target.address)
            join claims c on c.sage_address = t.sage_address and c.company = d.company and c.batch = d.sage_batch
            join claim_entries e on e.claim_id = c.id and e.tenant = d.tenant and e.kind = d.kind
                and e.source_id = d.source_id
            where d.stuck_batch = \(watched.batch) and d.company = \(watched.target.company.name)
            order by d.tenant, d.kind, d.source_id, c.id desc
            """
        ).map(ClaimEntry.init(row:))
    }

    /// Looks at the batch no more, unless a document is entered or stuck in it: one that `enteredDocuments` leaves to its
    /// cancellation counts.
    public func unwatch(_ watched: WatchedBatch) async throws {
        _ = try await client.query(
            """
            delete from watched_batches where sage_address = \(watched.target.address)
                and company = \(watched.target.company.name) and batch = \(watched.batch)
                and not exists (select 1 from documents d
                    join tenants t on t.tenant = d.tenant and t.sage_address = \(watched.target.address)
                    where d.company = \(watched.target.company.name)
                        and (d.state = 'entered' and d.sage_batch = \(watched.batch)
                             or d.stuck_batch = \(watched.batch)))
            """
        )
    }

    /// Moves documents that were left in a batch to where they are now; one that has moved meanwhile stays. One whose entry
    /// a person posted from an error batch is in the ledger, whatever was decided about its dead letter.
    /// - Returns: the documents that moved.
    public func conclude(
        _ watched: WatchedBatch,
        outcomes: [DocumentKey: ClaimOutcome],
        under lease: WriterLease
    ) async throws -> Set<DocumentKey> {
        guard !outcomes.isEmpty else { return [] }
        let rows = Self.rows(outcomes)
        let moved = try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documents: rows, in: transaction)
            let moved = try await transaction.query(
                """
                update documents d set \(Self.concluded),
                    published_revision = case when r.state = 'waiting' then 0 else d.published_revision end
                from \(Self.outcomeRows(rows))
                where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind
                    and d.source_id = r.source_id
                    and (d.state = 'entered' and d.sage_batch = \(watched.batch)
                         or d.stuck_batch = \(watched.batch)
                             and (d.state = 'dead' or d.state = 'skipped' and r.state = 'posted'))
                returning d.tenant, d.company, d.kind, d.source_id
                """
            )
            let keys = Set(try moved.map(DocumentKey.init(row:)))
            try await tell(outcomes.filter { keys.contains($0.key) }, of: watched.target, in: transaction)
            try await follow(outcomes, rows, from: watched, in: transaction)
            try await unlinkDead(rows, in: transaction)
            return keys
        }
        DocumentMetrics.concluded(outcomes, moved)
        return moved
    }

    /// What was linked and is gone from Sage 300 is linked no more: typed again, it is found and held again.
    private func unlinkDead(_ rows: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            with unlinked as (
                delete from document_matches m using \(Self.outcomeRows(rows))
                where m.tenant = r.tenant and m.company = r.company and m.kind = r.kind
                    and m.source_id = r.source_id and m.decision = 'linked' and r.state = 'dead'
                    and exists (select from documents d where d.tenant = m.tenant and d.company = m.company
                        and d.kind = m.kind and d.source_id = m.source_id and d.state = 'dead')
                returning m.tenant, m.company, m.kind, m.source_id
            )
            update documents d set sage_document = null from unlinked u
            where d.tenant = u.tenant and d.company = u.company and d.kind = u.kind and d.source_id = u.source_id
            """
        )
    }

    /// Discarded documents stay so: their entries are looked for where they stand now, or no more.
    private func follow(
        _ outcomes: [DocumentKey: ClaimOutcome],
        _ rows: String,
        from watched: WatchedBatch,
        in transaction: PostgresTransaction
    ) async throws {
        let followed = try await transaction.query(
            """
            update documents d set stuck_batch = r.stuck_batch, sage_batch = coalesce(r.batch, d.sage_batch)
            from \(Self.outcomeRows(rows))
            where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind and d.source_id = r.source_id
                and d.state = 'skipped' and d.stuck_batch = \(watched.batch) and r.state = 'dead'
            returning d.tenant, d.company, d.kind, d.source_id
            """
        )
        let keys = Set(try followed.map(DocumentKey.init(row:)))
        try await watch(outcomes.filter { keys.contains($0.key) }, of: watched.target, in: transaction)
    }

    /// The entries of dead or discarded documents are gone from their error batch: they may be replayed.
    public func free(_ keys: [DocumentKey], from watched: WatchedBatch) async throws {
        let rows = JSON.array(keys.map { $0.json() }).text
        try await client.transaction { transaction in
            try await lock(documents: rows, in: transaction)
            _ = try await transaction.query(
                """
                with freed as (
                    update documents d set stuck_batch = null
                    from jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text,
                        source_id bigint)
                    where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind
                        and d.source_id = r.source_id and d.stuck_batch = \(watched.batch)
                    returning d.tenant, d.company, d.kind, d.source_id, d.state
                )
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                select tenant, company, kind, source_id, 'post', state,
                    \("its entry is gone from error batch \(watched.batch): it may be replayed")::text from freed
                """
            )
        }
    }

    /// An invoice that was cancelled before it was posted: its entry has been taken out of its Open batch, so that
    /// neither it nor the cancellation is in the ledger.
    /// - Returns: false when either has moved meanwhile.
    public func withdraw(
        _ invoice: DocumentRecord,
        cancelledBy cancellation: DocumentRecord,
        batch: Int64,
        under lease: WriterLease
    ) async throws -> Bool {
        let rows = JSON.array([invoice.key.json(), cancellation.key.json()]).text
        let isDone = try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documents: rows, in: transaction)
            let moved = try await transaction.query(
                """
                update documents d set state = 'skipped', state_since = now(), reason = r.reason, sage_batch = null,
                    sage_entry = null, ledger_hash = null
                from (values
                    (\(invoice.key.kind.rawValue)::text, \(invoice.key.sourceID)::bigint, 'entered',
                     \("cancelled before it was posted; its entry was taken out of batch \(batch)")::text),
                    (\(cancellation.key.kind.rawValue), \(cancellation.key.sourceID), 'waiting',
                     \("its invoice was taken out of batch \(batch) before it was posted"))
                ) as r (kind, source_id, state, reason)
                where d.tenant = \(invoice.key.tenant.name) and d.company = \(invoice.key.companyText)
                    and d.kind = r.kind and d.source_id = r.source_id and d.state = r.state
                    and (r.state = 'waiting' or d.sage_batch = \(batch))
                returning d.tenant, d.company, d.kind, d.source_id, d.reason
                """
            )
            for row in moved {
                let key = try DocumentKey(row: row)
                _ = try await transaction.query(
                    """
                    insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                    values (\(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), 'withdraw',
                            'skipped', \(try row.get("reason", as: String.self)))
                    """
                )
            }
            return moved.count == 2
        }
        if isDone {
            for key in [invoice.key, cancellation.key] { DocumentMetrics.settled(key.kind, "skipped") }
        }
        return isDone
    }
}
