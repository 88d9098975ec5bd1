public import Accounting
import Foundation
import Posting
import Sage300
public import Storage
public import Tenancy

/// Takes a tenant file in: checked, its secrets sealed, and stored in one transaction.
public struct TenantOnboarding: Sendable {
    private let database: Database
    private let vault: Vault
    private let policy: AddressPolicy

    /// Onboarding under an address policy.
    public init(database: Database, vault: Vault, policy: AddressPolicy) {
        self.database = database
        self.vault = vault
        self.policy = policy
    }

    /// What came of applying a file.
    public struct Outcome: Sendable {
        /// Whose.
        public let tenant: TenantID
        /// The version that is in force.
        public let version: Int
        /// False when nothing but, perhaps, secrets differed.
        public let isChanged: Bool
        /// What a person should know, for instance plain http.
        public let warnings: [String]
    }

    /// Applies a tenant file, all of it or nothing.
    /// - Throws: `TenantFileError` by line and key, `OnboardingError`, `VaultError`, or an error of the database.
    public func apply(_ text: String, secrets: SecretSource = .process) async throws -> Outcome {
        let configuration = try TenantFile.parse(text, secrets: secrets)
        let warnings = try checkAddresses(configuration)
        guard let address = SageAddress(configuration.sage.url) else {
            throw OnboardingError(
                "sage.url \(configuration.sage.url) is not an address of a Sage 300 Web API."
            )
        }
        var sealed: [SealedCredential] = []
        for (field, secret) in configuration.secrets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            sealed.append(
                try vault.seal(
                    secret,
                    tenant: configuration.tenant,
                    system: field.isSage ? .sage : .adobe,
                    field: field.rawValue
                )
            )
        }
        let applied = try await database.apply(
            Database.TenantApplication(
                tenant: configuration.tenant,
                name: configuration.name,
                configuration: try TenantFile.storedForm(of: text),
                sageAddress: address.identity,
                sageUser: configuration.sage.username,
                companies: configuration.companies.map(\.company),
                credentials: sealed,
                signInFingerprint: vault.signInFingerprint(
                    address: address.identity,
                    user: configuration.sage.username,
                    password: configuration.secrets[.password] ?? Secret("")
                )
            )
        )
        return Outcome(
            tenant: configuration.tenant,
            version: applied.version,
            isChanged: applied.isChanged,
            warnings: warnings
        )
    }

    /// What a URL says by itself; what its name resolves to is checked at every connection.
    private func checkAddresses(_ configuration: TenantConfiguration) throws -> [String] {
        var warnings: [String] = []
        for (key, url) in [("adobe.url", configuration.adobe.url), ("sage.url", configuration.sage.url)] {
            guard let parts = URLComponents(string: url), let host = parts.host else { continue }
            if parts.scheme?.lowercased() == "http" {
                guard policy.allowsPlainHTTP else {
                    throw OnboardingError(
                        "\(key) uses plain http, which TENANT_ADDRESS_POLICY=hosted refuses; use https."
                    )
                }
                warnings.append(
                    "\(key) uses plain http: credentials and amounts travel readable. Use https outside tests."
                )
            }
            let literal = host.trimmingCharacters(in: ["[", "]"])
            let isLiteral = literal.contains(":") || literal.allSatisfy { $0.isNumber || $0 == "." }
            let isLocalName = literal == "localhost" || literal.hasSuffix(".localhost")
            if isLiteral && !policy.allows(literal) || isLocalName && policy == .hosted {
                throw OnboardingError(
                    "\(key) points to \(host), which TENANT_ADDRESS_POLICY=\(policy.rawValue) refuses."
                )
            }
        }
        return warnings
    }
}

/// Why a tenant file that reads well is not taken in. Nothing of it has been applied.
public struct OnboardingError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
