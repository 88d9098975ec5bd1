public import Accounting
import Foundation
import PostgresClient

extension Database {
    /// Which of these customers are known to stand in Sage 300.
    public func knownCustomers(_ numbers: [CustomerNumber], of target: SageCompany) async throws -> Set<
        String
    > {
        let rows = try await client.query(
            """
            select number from sage_customers where sage_address = \(target.address)
                and company = \(target.company.name) and number = any(\(numbers.map(\.text))::text[])
            """
        )
        return Set(try rows.map { try $0.get("number", as: String.self) })
    }

    /// What was last written of a customer; nil when it is not known to be ours.
    public func knownCustomerHash(_ number: CustomerNumber, of target: SageCompany) async throws -> [UInt8]? {
        try await client.query(
            """
            select content_hash from sage_customers where sage_address = \(target.address)
                and company = \(target.company.name) and number = \(number.text)
            """
        ).first?.get("content_hash")
    }

    /// A customer stands in Sage 300 as written.
    public func confirmCustomer(
        _ number: CustomerNumber,
        of target: SageCompany,
        tenant: TenantID,
        contentHash: [UInt8]
    ) async throws {
        _ = try await client.query(
            """
            insert into sage_customers (sage_address, company, number, tenant, content_hash)
            values (\(target.address), \(target.company.name), \(number.text), \(tenant.name), \(contentHash))
            on conflict (sage_address, company, number) do update
                set content_hash = excluded.content_hash, confirmed_at = now()
            """
        )
    }

    /// Forgets that customers stand in Sage 300: it said that one of them does not.
    public func forgetCustomers(_ numbers: [CustomerNumber], of target: SageCompany) async throws {
        _ = try await client.query(
            """
            delete from sage_customers where sage_address = \(target.address)
                and company = \(target.company.name) and number = any(\(numbers.map(\.text))::text[])
            """
        )
    }

    /// The first order a guest came with; `order` if this is it. The e-mail is given as a keyed hash.
    public func guest(
        emailHash: [UInt8],
        tenant: TenantID,
        company: CompanyID,
        order: Int64
    ) async throws -> Int64 {
        let rows = try await client.query(
            """
            insert into guests (tenant, company, email_hash, entity_id)
            values (\(tenant.name), \(company.name), \(emailHash), \(order))
            on conflict (tenant, company, email_hash) do update set entity_id = guests.entity_id
            returning entity_id
            """
        )
        return try rows.first?.get("entity_id", as: Int64.self) ?? order
    }
}
