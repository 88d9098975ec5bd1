public import Accounting
import Foundation
import Posting
import Publishing
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
        let warnings = try checkAddresses(configuration) + expiryWarnings(configuration)
        guard let address = SageAddress(configuration.sage.url) else {
            throw OnboardingError(
                "sage.url \(configuration.sage.url) is not an address of a Sage 300 Web API."
            )
        }
        var sealed: [SealedCredential] = []
        for (field, secret) in configuration.secrets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            var credential = try vault.seal(
                secret,
                tenant: configuration.tenant,
                system: CredentialSystem(field.section),
                field: field.rawValue
            )
            credential.expiresOn = configuration.expirations[field]
            sealed.append(credential)
        }
        let settledKinds = try await settledKinds(under: configuration)
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
                ),
                settledKinds: settledKinds
            )
        )
        return Outcome(
            tenant: configuration.tenant,
            version: applied.version,
            isChanged: applied.isChanged,
            warnings: warnings
        )
    }

    /// Kinds that each company's rules left out or held, and still do for the same reason.
    private func settledKinds(
        under configuration: TenantConfiguration
    ) async throws -> [CompanyID: [DocumentKind]] {
        guard let record = try await database.tenant(configuration.tenant),
            let former = try? TenantFile.parseStored(record.configuration)
        else { return [:] }
        var settled: [CompanyID: [DocumentKind]] = [:]
        for rules in configuration.companies {
            guard let formerRules = former.rules(of: rules.company) else { continue }
            settled[rules.company] = DocumentKind.allCases.filter { kind in
                let disposition = Disposition(kind, under: rules)
                return disposition != .publish && disposition == Disposition(kind, under: formerRules)
            }
        }
        return settled
    }

    private func expiryWarnings(_ configuration: TenantConfiguration) -> [String] {
        configuration.expirations.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { field, day in
            CredentialExpiry.warning(of: day, at: Date()).map {
                "\(field.section.rawValue).\(field.rawValue) \($0) (\(day)); apply the file with a new one."
            }
        }
    }

    /// What a URL says by itself; what its name resolves to is checked at every connection.
    private func checkAddresses(_ configuration: TenantConfiguration) throws -> [String] {
        let addresses = [
            ("adobe.url", configuration.adobe.url), ("adobe.tokenURL", configuration.adobe.tokenURL),
            ("sage.url", configuration.sage.url),
            ("alerts.webhook", configuration.secrets[.webhook]?.withText { $0 }),
        ]
        return try addresses.compactMap { key, url in
            try url.flatMap { try checkAddress($0, key) }
        }
    }

    /// - Returns: what a person should know about the address, if anything.
    private func checkAddress(_ url: String, _ key: String) throws -> String? {
        guard let parts = URLComponents(string: url), let host = parts.host else {
            throw OnboardingError("\(key) \(url) is not the address of a server.")
        }
        let isPlain = parts.scheme?.lowercased() != "https"
        guard !isPlain || policy.allowsPlainHTTP else {
            throw OnboardingError(
                "\(key) uses plain http, which TENANT_ADDRESS_POLICY=hosted refuses; use https."
            )
        }
        // A dot at its end makes no other name.
        var name = host.lowercased().trimmingCharacters(in: ["[", "]"])
        if name.hasSuffix(".") { name.removeLast() }
        let isLiteral = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
        let isLocalName = name == "localhost" || name.hasSuffix(".localhost")
        if isLiteral && !policy.allows(name) || isLocalName && policy == .hosted {
            throw OnboardingError(
                "\(key) points to \(host), which TENANT_ADDRESS_POLICY=\(policy.rawValue) refuses."
            )
        }
        guard isPlain else { return nil }
        return "\(key) uses plain http: credentials and amounts travel readable. Use https outside tests."
    }
}

/// Why a tenant file that reads well is not taken in. Nothing of it has been applied.
public struct OnboardingError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension CredentialSystem {
    fileprivate init(_ section: SecretField.Section) {
        switch section {
        case .adobe: self = .adobe
        case .sage: self = .sage
        case .alerts: self = .alerts
        }
    }
}
