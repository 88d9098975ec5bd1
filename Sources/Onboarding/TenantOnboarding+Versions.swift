public import Accounting
import Posting
import Sage300
import Storage
public import Tenancy

extension TenantOnboarding {
    /// What applying a file would change.
    public struct Change: Sendable {
        /// Whose.
        public let tenant: TenantID
        /// The version in force; nil for a tenant that is not there yet.
        public let version: Int?
        /// Key by key.
        public let differences: [TenantFileDifference]
        /// Secrets that are new, other ones, or not needed any more, by their keys (`sage.password`).
        public let secrets: [String]
        /// Held and skipped documents that would be looked at again.
        public let reconsidered: Int
        /// What a person should know.
        public let warnings: [String]
    }

    /// Tells what applying a file would change. The file is checked like one that is applied; nothing is stored.
    /// - Throws: as `apply`.
    public func rehearse(_ text: String, secrets: SecretSource = .process) async throws -> Change {
        let preparation = try await prepare(text, secrets)
        let application = preparation.application
        let record = try await database.tenant(application.tenant)
        let differences = TenantFile.differences(from: record?.configuration, to: application.configuration)
        let known = try await database.secretFingerprints(of: application.tenant)
        let isChanged = record != nil && record?.configuration != application.configuration
        return Change(
            tenant: application.tenant,
            version: record?.version,
            differences: differences,
            secrets: Self.changedSecrets(known, application.credentials),
            reconsidered: isChanged ? try await database.reconsideredCount(application) : 0,
            warnings: preparation.warnings
        )
    }

    private static func changedSecrets(
        _ known: [String: String?],
        _ credentials: [SealedCredential]
    ) -> [String] {
        let given = Dictionary(credentials.map { ($0.field, $0.fingerprint) }, uniquingKeysWith: { $1 })
        return Set(known.keys).union(given.keys).filter { field in
            guard let old = known[field], let new = given[field] else { return true }
            return old != new
        }
        .map { field in SecretField(rawValue: field).map { "\($0.section.rawValue).\(field)" } ?? field }
        .sorted()
    }

    /// Puts an earlier version in force again, as a new one. Secrets stay as they are now.
    /// - Parameters:
    ///   - version: which; nil: the one before that in force.
    ///   - reason: why, kept with the version.
    /// - Throws: `OnboardingError` where there is no such version, where it cannot be read any more, or where it needs
    ///   secrets that are not stored; else as `apply`.
    public func rollback(
        _ tenant: TenantID,
        to version: Int?,
        reason: String,
        by operator: String
    ) async throws -> Outcome {
        guard let record = try await database.tenant(tenant) else {
            throw OnboardingError("There is no tenant \(tenant).")
        }
        let earlier = try await earlierVersion(version ?? record.version - 1, of: record)
        var preparation = try await prepare(earlier, record)
        preparation.application.appliedBy = `operator`
        preparation.application.reason = reason
        preparation.application.restores = earlier.version
        return try await put(preparation)
    }

    private func earlierVersion(_ version: Int, of record: TenantRecord) async throws -> TenantVersionRecord {
        guard version != record.version else {
            throw OnboardingError("Version \(version) of tenant \(record.tenant) is in force already.")
        }
        if let earlier = try await database.version(version, of: record.tenant) { return earlier }
        throw OnboardingError(
            "Tenant \(record.tenant) has no version \(version). `connectorctl tenant versions \(record.tenant)` shows them."
        )
    }

    private func prepare(_ earlier: TenantVersionRecord, _ record: TenantRecord) async throws -> Preparation {
        let configuration: TenantConfiguration
        do { configuration = try TenantFile.parseStored(earlier.configuration) } catch {
            throw OnboardingError(
                "Version \(earlier.version) is not a tenant file by the rules of this release: \(error)"
            )
        }
        let known = try await database.secretFingerprints(of: record.tenant)
        let needed = SecretField.required(by: configuration.adobe.authentication) + [.password]
        let missing = needed.filter { known[$0.rawValue] == nil }
        guard missing.isEmpty else {
            let keys = missing.map { "\($0.section.rawValue).\($0.rawValue)" }.joined(separator: ", ")
            throw OnboardingError(
                "Version \(earlier.version) needs secrets that are not stored any more: \(keys). Apply its file with them."
            )
        }
        let address = try sageAddress(of: configuration)
        var application = Database.TenantApplication(
            tenant: record.tenant,
            name: configuration.name,
            configuration: earlier.configuration,
            sageAddress: address.identity,
            sageUser: configuration.sage.username,
            companies: configuration.companies.map(\.company),
            credentials: [],
            signInFingerprint: vault.signInFingerprint(
                address: address.identity,
                user: configuration.sage.username,
                password: try await password(of: record.tenant)
            ),
            settledKinds: settledKinds(under: configuration, formerly: record)
        )
        application.schedule = configuration.schedule.text
        return Preparation(
            configuration: configuration,
            application: application,
            warnings: try await warnings(about: configuration)
        )
    }

    private func password(of tenant: TenantID) async throws -> Secret {
        let sealed = try await database.credentials(of: tenant, for: .sage)
        guard let credential = sealed.first(where: { $0.field == SecretField.password.rawValue }) else {
            return Secret("")
        }
        return try vault.open(credential, tenant: tenant)
    }
}
