public import Accounting
public import Foundation
import PostgresClient

extension Database {
    /// Every company no work is done for now, and why: its tenant is paused, its sign-in refused, or Sage 300 does
    /// not answer for it.
    public func pauses() async throws -> [(tenant: String, company: String, reason: String)] {
        try await client.query(
            """
            select c.tenant, c.company, case when t.paused then 'The tenant is paused.'
                when s.state = 'refused' then coalesce(s.detail, 'Sage 300 refused the sign-in.')
                else coalesce(h.reason, 'Sage 300 did not answer.') end as reason
            from companies c join tenants t using (tenant)
            left join company_health h on h.sage_address = t.sage_address and h.company = c.company
            left join sign_ins s on s.sage_address = t.sage_address and s.sage_user = t.sage_user
            where t.paused or s.state = 'refused' or h.paused_at is not null
            order by c.tenant, c.company
            """
        ).map { (try $0.get("tenant"), try $0.get("company"), try $0.get("reason")) }
    }

    /// Since when the longest-waiting published document of a company and kind has waited.
    public func oldestWaiting() async throws
        -> [(tenant: String, company: String, kind: DocumentKind, since: Date)]
    {
        try await client.query(
            """
            select tenant, company, kind, min(published_at) as since from documents
            where state = 'waiting' and published_at is not null group by tenant, company, kind
            """
        ).compactMap { row in
            guard let kind = DocumentKind(rawValue: try row.get("kind")) else { return nil }
            return (try row.get("tenant"), try row.get("company"), kind, try row.get("since"))
        }
    }
}
