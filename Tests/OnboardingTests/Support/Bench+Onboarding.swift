import Accounting
import Foundation
import Onboarding
import PostgresClient
import Storage
import Tenancy
import TestBench
import Testing

extension Bench {
    func onboarding(_ policy: AddressPolicy = .open) -> TenantOnboarding {
        TenantOnboarding(database: database, vault: vault, policy: policy)
    }

    /// One text that a query answers.
    func text(_ query: PostgresQuery) async throws -> String {
        try #require(try await database.client.query(query).first).get(0)
    }

    /// A stored secret, opened.
    func secret(_ field: String, of system: CredentialSystem = .adobe) async throws -> String {
        let sealed = try await database.credentials(of: tenant, for: system)
        let credential = try #require(sealed.first { $0.field == field })
        return try vault.open(credential, tenant: tenant).withText { $0 }
    }

    /// The stored companies, in order.
    func companies() async throws -> [String] {
        try await database.client.query("select company from companies order by position")
            .map { try $0.get(0) }
    }

    /// Every row of every table as text; bytea is shown as hexadecimal digits, whether or not it holds text.
    func everything() async throws -> [String] {
        let tables: [String] = try await database.client.query(
            "select tablename::text from pg_tables where schemaname = current_schema() order by 1"
        ).map { try $0.get(0) }
        var rows: [String] = []
        for table in tables {
            rows += try await database.client.query(
                "select t::text from \(identifier: table) t order by 1"
            ).map { "\(table) " + (try $0.get(0)) }
        }
        return rows
    }
}
