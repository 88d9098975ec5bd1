import Accounting
import PostgresClient
import Storage

extension TestStore {
    func application(
        of tenant: TenantID? = nil,
        configuration: String = #"{"pageSize":"100"}"#,
        address: String? = nil,
        user: String? = nil,
        companies: [CompanyID]? = nil,
        credentials: [SealedCredential] = [],
        fingerprint: String = "first"
    ) -> Database.TenantApplication {
        Database.TenantApplication(
            tenant: tenant ?? self.tenant,
            name: "Acme Outfitters",
            configuration: configuration,
            sageAddress: address ?? self.address,
            sageUser: user ?? self.user,
            companies: companies ?? [company, otherCompany],
            credentials: credentials,
            signInFingerprint: fingerprint
        )
    }

    /// A tenant is there, its sign-in proven.
    func register(_ tenant: TenantID? = nil) async throws {
        _ = try await database.apply(application(of: tenant))
        try await database.proveSignIn(address: address, user: user, company: company)
    }

    /// Companies of the tenant, in order.
    func companies() async throws -> [String] {
        try await client.query(
            "select company from companies where tenant = \(tenant.name) order by position"
        )
        .map { try $0.get("company") }
    }
}
