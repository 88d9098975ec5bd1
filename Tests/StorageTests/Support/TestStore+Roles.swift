import Accounting
import Foundation
import PostgresClient
import Testing

@testable import Storage

extension TestStore {
    var otherTenant: TenantID { get throws { try #require(TenantID("beta")) } }

    /// The database as a service's role sees it.
    func database(as role: DatabaseRole) -> Database {
        Database(client: client.confined(to: role.name(.standard), settings: []))
    }

    /// Two tenants, `acme` and `beta`, each with companies, secrets, documents and a dead letter of its own.
    func registerTwoTenants() async throws {
        let vault = try TestStore.vault()
        for tenant in [tenant, try otherTenant] {
            let credentials = try [
                (CredentialSystem.adobe, "accessToken"), (.sage, "password"), (.alerts, "webhook"),
            ].map {
                try vault.seal(Secret("secret of \(tenant.name)"), tenant: tenant, system: $0.0, field: $0.1)
            }
            _ = try await database.apply(
                application(
                    of: tenant,
                    address: "https://\(tenant.name).example.com/Sage300WebApi",
                    credentials: credentials
                )
            )
            _ = try await client.pipeline([
                """
                insert into documents (tenant, company, kind, source_id, number, document, store_view, source_created_at,
                    source_updated_at, source, content_hash, state, death_id, death)
                select \(tenant.name), 'SAMINC', 'order', i, i::text, \(tenant.name) || i, 'default', now(), now(), '{}',
                    '', case i when 1 then 'dead' else 'posted' end,
                    case i when 1 then md5(\(tenant.name))::uuid end, case i when 1 then '{}' end
                from generate_series(1, 3) i
                """,
                """
                insert into document_events (tenant, company, kind, source_id, stage, outcome)
                values (\(tenant.name), 'SAMINC', 'order', 1, 'map', 'dead')
                """,
                """
                insert into failures (death_id, tenant, company, kind, source_id, class, code, reason, next_step, group_id,
                    failed_at, message)
                values (md5(\(tenant.name))::uuid, \(tenant.name), 'SAMINC', 'order', 1, 'mapping', 'x', 'No.', '', 'g',
                    now(), '{}')
                """,
                """
                insert into company_health (sage_address, company, failures_in_row)
                select sage_address, 'SAMINC', 1 from tenants where tenant = \(tenant.name)
                """,
                "insert into runs (tenant, cause, state) values (\(tenant.name), 'now', 'done')",
                "insert into cursors (tenant, resource, updated_at, entity_id) values (\(tenant.name), 'orders', now(), 1)",
                """
                insert into alerts (scope, subject, kind, title, measure, first_seen_at, last_seen_at, told_at)
                values (\(tenant.name), 's', 'k', 't', 1, now(), now(), now())
                """,
            ])
        }
    }

    private static func vault() throws -> Vault {
        let path = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)").path
        try Vault.create(at: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Vault(file: path)
    }
}

/// Whether PostgreSQL refuses a statement for want of a right (42501), or finds nothing it may touch.
func isRefused(_ database: Database, _ statement: String) async throws -> Bool {
    do {
        return try await database.client.query(PostgresQuery(unescaped: statement)).affectedRows == 0
    } catch {
        guard error.sqlState == "42501" else { throw error }
        return true
    }
}
