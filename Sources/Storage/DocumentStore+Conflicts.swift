import Accounting
import ExactJSON
import Foundation
import PostgresClient

extension Database {
    /// Counts a conflict against documents, each only if it still waits with the revision that was handled, or is a customer
    /// that was to be updated, and notes when they are tried again. The message that brings them back is the caller's to
    /// publish afterwards: for a waiting one the poller's sweep makes up for a message that never came to be.
    /// - Returns: the keys it was counted against.
    public func putOff(
        _ documents: [DocumentRecord],
        by delay: Duration,
        reason: String
    ) async throws -> Set<DocumentKey> {
        guard !documents.isEmpty else { return [] }
        let rows = JSON.array(documents.map { $0.key.json(["revision": .int($0.revision)]) }).text
        let moved = try await client.transaction { transaction in
            try await lock(documents: rows, in: transaction)
            return try await transaction.query(Self.puttingOff(rows, by: delay, reason: reason))
        }
        return Set(try moved.map(DocumentKey.init(row:)))
    }

    private static func puttingOff(_ rows: String, by delay: Duration, reason: String) -> PostgresQuery {
        """
        with moved as (
            update documents d set conflicts = d.conflicts + 1, attempts = d.attempts + 1,
                reason = case when d.state = 'waiting' then \(reason) else d.reason end,
                retry_at = now() + \(delay.secondsText)::interval
            from jsonb_to_recordset(\(rows)::jsonb)
                as r (tenant text, company text, kind text, source_id bigint, revision integer)
            where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind and d.source_id = r.source_id
                and d.revision = r.revision and (d.state = 'waiting' or d.kind = 'customer' and d.state = 'posted')
            returning d.tenant, d.company, d.kind, d.source_id, d.conflicts
        ), told as (
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            select tenant, company, kind, source_id, 'conflict', 'waiting',
                concat('conflict ', conflicts, ': ', \(reason)::text)
            from moved
        )
        select * from moved
        """
    }

    /// Ends the conflicts of a document that is not put off any more and stays as it is.
    public func forgetConflicts(_ key: DocumentKey) async throws {
        _ = try await client.query(
            """
            update documents set conflicts = 0, retry_at = null
            where tenant = \(key.tenant.name) and company = \(key.companyText) and kind = \(key.kind.rawValue)
                and source_id = \(key.sourceID) and retry_at is not null
            """
        )
    }

    /// Which of these documents are still in a retry delay, by the database's clock: what brings them back is on its way.
    public func delayed(_ documents: [DocumentRecord]) async throws -> Set<DocumentKey> {
        let delayed = documents.filter { $0.retryAt != nil }
        guard !delayed.isEmpty else { return [] }
        let rows = try await client.query(
            """
            select d.tenant, d.company, d.kind, d.source_id from documents d
            join jsonb_to_recordset(\(JSON.array(delayed.map { $0.key.json() }).text)::jsonb)
                as r (tenant text, company text, kind text, source_id bigint)
                using (tenant, company, kind, source_id)
            where d.retry_at > now()
            """
        )
        return Set(try rows.map(DocumentKey.init(row:)))
    }
}
