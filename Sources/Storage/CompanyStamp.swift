import PostgresClient

/// What all tenants, pauses and refused sign-ins together looked like at one moment: any committed change of them gives
/// another stamp. Asking for it costs next to nothing, however many tenants there are.
public struct CompanyStamp: Sendable, Hashable {
    /// Of the tenants' files and pauses.
    public let tenants: String
    /// Of the paused companies and the refused sign-ins.
    public let pauses: String
}

extension Database {
    /// The stamp of this moment.
    public func companyStamp() async throws -> CompanyStamp {
        // Every change gives a row a new, higher xmin; what commits late is seen when it commits.
        let rows = try await client.query(
            """
            select (select concat(count(*), '/', sum(xmin::text::bigint)) from tenants) as tenants,
                concat(
                    (select sum(hashtextextended(concat_ws('/', sage_address, company, paused_at, reason), 0)::numeric)
                        from company_health where paused_at is not null), '/',
                    (select sum(hashtextextended(concat_ws('/', sage_address, sage_user, detail, changed_at), 0)::numeric)
                        from sign_ins where state = 'refused')) as pauses
            """
        )
        guard let row = rows.first else { throw StorageError("tenants: no stamp") }
        return CompanyStamp(tenants: try row.get("tenants"), pauses: try row.get("pauses"))
    }
}
