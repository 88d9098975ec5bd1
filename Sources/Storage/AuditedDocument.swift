public import Accounting
public import ExactJSON
import PostgresClient

/// A document with its events, for an export: what was decided about it and when, nothing of what the store said.
public struct AuditedDocument: Sendable {
    let company: String
    let kind: String
    let sourceID: Int64
    /// One line of an export.
    public let json: JSON
}

extension Database {
    /// Documents of a tenant with all their events, in the order of their keys.
    /// - Parameter after: the last one of the page before.
    public func auditedDocuments(of tenant: TenantID, after: AuditedDocument?, limit: Int) async throws
        -> [AuditedDocument]
    {
        try await client.query(
            """
            select d.company, d.kind, d.source_id, json_build_object('type', 'document', 'company', d.company,
                'kind', d.kind, 'number', d.number, 'document', d.document, 'state', d.state, 'reason', d.reason,
                'amount', d.amount::text, 'currency', d.currency, 'revision', d.revision,
                'sage', json_build_object('customer', d.sage_customer, 'batch', d.sage_batch, 'entry', d.sage_entry,
                    'postedAt', \(Self.utc("d.posted_at"))),
                'events', coalesce((select json_agg(json_build_object('at', \(Self.utc("e.at")), 'stage', e.stage,
                        'outcome', e.outcome, 'detail', e.detail, 'configurationVersion', e.configuration_version)
                        order by e.id)
                    from document_events e where e.tenant = d.tenant and e.company in (d.company, '')
                        and e.kind = d.kind and e.source_id = d.source_id), '[]'))::text as line
            from documents d
            where d.tenant = \(tenant.name)
                and (d.company, d.kind, d.source_id) > (\(after?.company ?? ""), \(after?.kind ?? ""),
                    \(after?.sourceID ?? Int64.min)::bigint)
            order by d.company, d.kind, d.source_id limit \(limit)
            """
        ).map { row in
            AuditedDocument(
                company: try row.get("company"),
                kind: try row.get("kind"),
                sourceID: try row.get("source_id"),
                json: try JSON(parsing: try row.get("line", as: String.self))
            )
        }
    }

    /// RFC 3339 in UTC.
    private static func utc(_ column: String) -> PostgresQuery {
        PostgresQuery(unescaped: "to_char(\(column) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    }
}
