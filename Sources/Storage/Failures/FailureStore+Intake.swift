import Accounting
import ExactJSON
import Foundation
import PostgresClient

extension Database {
    /// Takes a dead letter in, once.
    public func takeIn(_ report: FailureReport) async throws { try await takeIn([report]) }

    /// Takes dead letters in, each once, in one transaction: a second copy of the same death changes nothing. A letter
    /// that arrives when its document has left that death is overtaken from the start. Who looked after the document's
    /// letter before, and its tags, go on to the new one.
    public func takeIn(_ reports: [FailureReport]) async throws {
        guard !reports.isEmpty else { return }
        let rows = JSON.array(try reports.enumerated().map { try $1.json(position: $0) }).text
        try await client.transaction { transaction in
            let deaths = try await lockDead(of: reports.map(\.deathID), in: transaction)
            _ = try await transaction.query(
                """
                insert into failures (death_id, tenant, company, kind, source_id, revision, number, document, class,
                    code, reason, next_step, at_risk, group_id, attempts, amount, currency, failed_at, message,
                    operation, request, answer_status, answer, trace, tags, assignee, resolution, resolved_at,
                    resolved_why)
                select r.death_id, r.tenant, r.company, r.kind, r.source_id, revision, number, document, class, code,
                    reason, next_step, at_risk, group_id, attempts, amount, currency, failed_at, message, operation,
                    request, answer_status, decode(answer, 'hex'), trace, coalesce(p.tags, '{}'), p.assignee,
                    case when s.is_late then 'overtaken' end, case when s.is_late then now() end,
                    case when s.is_late then 'its document had moved on when the letter arrived' end
                from \(Self.reportRows(rows))
                cross join lateral (select r.source_id is not null and r.death_id <> all(\(deaths)::uuid[])) s (is_late)
                left join lateral (
                    select tags, assignee from failures f where f.tenant = r.tenant and f.kind = r.kind
                        and f.source_id = r.source_id and f.company is not distinct from r.company
                    order by f.id desc limit 1) p on true
                order by r.position on conflict (death_id) do nothing
                """
            )
        }
    }

    /// Which of these deaths documents are dead of, locked in the order of their keys: whoever revives one waits until
    /// its letter is stored, and resolves it then.
    private func lockDead(of deaths: [UUID], in transaction: PostgresTransaction) async throws -> [UUID] {
        try await transaction.query(
            """
            select death_id from documents where death_id = any(\(deaths)::uuid[]) and state = 'dead'
            order by tenant, company, kind, source_id for share
            """
        ).map { try $0.get("death_id") }
    }

    private static func reportRows(_ rows: String) -> PostgresQuery {
        """
        jsonb_to_recordset(\(rows)::jsonb) as r (position integer, death_id uuid, tenant text, company text, kind text,
            source_id bigint, revision integer, number text, document text, class text, code text, reason text,
            next_step text, at_risk boolean, group_id text, attempts integer, amount numeric, currency text,
            failed_at timestamptz, message text, operation text, request text, answer_status integer, answer text,
            trace text)
        """
    }
}
