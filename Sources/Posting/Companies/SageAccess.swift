import Accounting
public import Foundation
public import HTTPClient
import Sage300
public import Storage
public import Tenancy

/// The way to tenants' Sage 300 servers.
public struct SageAccess: Sendable {
    private let database: Database
    private let vault: Vault
    private let http: HTTPClient
    private let instance: UUID

    /// Access from its parts.
    /// - Parameter instance: this process: it holds the turn to try a sign-in.
    public init(database: Database, vault: Vault, http: HTTPClient, instance: UUID) {
        self.database = database
        self.vault = vault
        self.http = http
        self.instance = instance
    }

    /// A gate to a tenant's server, with the credential as it is stored now.
    /// - Throws: `VaultError` for a credential that cannot be opened, or an error of the database.
    public func gate(of tenant: TenantConfiguration) async throws -> SageGate {
        try await gate(signIn(of: tenant))
    }

    /// What tells one way in from another.
    struct SignIn {
        let address: SageAddress
        let user: String
        let password: Secret
        let fingerprint: String

        /// Two tenants of one server and user share its sign-in, its pace and its session.
        var identity: String { "\(address)/\(user)/\(fingerprint)" }
    }

    func signIn(of tenant: TenantConfiguration) async throws -> SignIn {
        let sealed = try await database.credentials(of: tenant.tenant, for: .sage)
        // Without one there is no call: an empty password would be a wrong one, and lock the user.
        guard let credential = sealed.first(where: { $0.field == "password" }) else {
            throw VaultError.missing("sage.password")
        }
        let password = try vault.open(credential, tenant: tenant.tenant)
        let address = SageAddress(tenant.sage.url) ?? SageAddress("http://invalid.invalid")
        guard let address else { throw VaultError.cannotOpen("sage.url") }
        let user = tenant.sage.username
        let fingerprint = vault.signInFingerprint(address: address.identity, user: user, password: password)
        return SignIn(address: address, user: user, password: password, fingerprint: fingerprint)
    }

    func gate(_ signIn: SignIn) -> SageGate {
        SageGate(
            session: SageSession(
                address: signIn.address,
                user: signIn.user,
                password: signIn.password,
                http: http
            ),
            fingerprint: signIn.fingerprint,
            database: database,
            instance: instance
        )
    }
}
