public import Accounting
import Foundation
import Posting
import Publishing
import Sage300
public import Storage
public import Tenancy

/// Takes a tenant file in: checked, its secrets sealed, and stored in one transaction.
public struct TenantOnboarding: Sendable {
    let database: Database
    let vault: Vault
    let policy: AddressPolicy

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
        /// Whether its work is stopped until a person resumes it.
        public let isPaused: Bool
        /// What a person should know, for instance plain http.
        public let warnings: [String]
    }

    /// Applies a tenant file, all of it or nothing.
    /// - Parameters:
    ///   - operator: who does it, kept with the version.
    ///   - startsPaused: a tenant that is new does nothing until it is resumed; one that is there stays as it is.
    /// - Throws: `TenantFileError` by line and key, `OnboardingError`, `TenantIsBeingRemoved`, `VaultError`, or an error of
    ///   the database.
    public func apply(
        _ text: String,
        secrets: SecretSource = .process,
        by operator: String = "",
        startsPaused: Bool = false
    ) async throws -> Outcome {
        var preparation = try await prepare(text, secrets)
        preparation.application.appliedBy = `operator`
        preparation.application.startsPaused = startsPaused
        return try await put(preparation)
    }

    func put(_ preparation: Preparation) async throws -> Outcome {
        let applied = try await database.apply(preparation.application)
        return Outcome(
            tenant: preparation.configuration.tenant,
            version: applied.version,
            isChanged: applied.isChanged,
            isPaused: applied.isPaused,
            warnings: preparation.warnings
        )
    }

    /// Checks a file and seals its secrets; nothing is stored.
    func prepare(_ text: String, _ secrets: SecretSource) async throws -> Preparation {
        let configuration = try TenantFile.parse(text, secrets: secrets)
        let address = try sageAddress(of: configuration)
        let warnings = try await warnings(about: configuration)
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
        var application = Database.TenantApplication(
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
            settledKinds: settledKinds(
                under: configuration,
                formerly: try await database.tenant(configuration.tenant)
            )
        )
        application.schedule = configuration.schedule.text
        return Preparation(configuration: configuration, application: application, warnings: warnings)
    }

    /// Whether a kind of document is left out or held by a company's rules as it was by the former ones.
    static func isSettled(_ kind: DocumentKind, under rules: CompanyRules, formerly former: CompanyRules)
        -> Bool
    {
        let disposition = Disposition(kind, under: rules)
        return disposition != .publish && disposition == Disposition(kind, under: former)
    }
}

/// Why a tenant file that reads well is not taken in. Nothing of it has been applied.
public struct OnboardingError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String
    /// The key that is to blame, where it is one; of which company or list it is not said.
    public let key: String?

    init(_ description: String, key: String? = nil) {
        self.description = description
        self.key = key
    }
}

extension CredentialSystem {
    init(_ section: SecretField.Section) {
        switch section {
        case .adobe: self = .adobe
        case .sage: self = .sage
        case .alerts: self = .alerts
        }
    }
}
