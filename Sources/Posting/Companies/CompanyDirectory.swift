public import Accounting
import Foundation
import Logging
import Sage300
public import Storage
public import Tenancy

/// One company of one tenant, with all a worker needs for it.
public struct ServedCompany: Sendable {
    /// The tenant as configured.
    public let tenant: TenantConfiguration
    /// The company's rules.
    public let rules: CompanyRules
    /// The company on its server.
    public let target: SageCompany
    /// The tenant's way to that server.
    public let gate: SageGate
    /// Why no work is done for it now; nil while there is.
    public let pause: String?
    /// Whether that is so because nothing is written at this time of the day.
    public let isQuiet: Bool
    /// Changes whenever anything of the above but the pause does.
    public let version: String
}

/// The companies of all tenants as they are configured now, read anew when something changed.
public actor CompanyDirectory {
    private let context: PostingContext
    /// By tenant and the moment its file was applied: an applied file may hold a new password.
    private var known: [String: (TenantConfiguration, SageGate)] = [:]
    private var gates: [String: SageGate] = [:]
    private var unreadable: Set<String> = []

    /// An empty directory.
    public init(_ context: PostingContext) { self.context = context }

    /// Every company, paused ones included.
    public func companies() async throws -> [ServedCompany] {
        let database = context.database
        let tenants = try await database.tenants()
        let paused = try await database.pausedCompanies()
        let refused = try await database.refusedSignIns()
        var companies: [ServedCompany] = []
        for record in tenants {
            guard let (configuration, gate) = try await configured(record) else { continue }
            let quiet = configuration.sage.quietHours.flatMap { $0.contain(Date()) ? $0.reason : nil }
            let refusal = refused.first { $0.address == gate.address && $0.user == gate.user }
            for rules in configuration.companies {
                let target = SageCompany(address: gate.address, company: rules.company)
                let health = paused[target]
                companies.append(
                    ServedCompany(
                        tenant: configuration,
                        rules: rules,
                        target: target,
                        gate: gate,
                        pause: record.isPaused
                            ? "the tenant is paused"
                            : quiet ?? refusal?.detail
                                ?? health.map { $0.reason ?? "Sage 300 did not answer" },
                        isQuiet: quiet != nil,
                        version: "\(record.version)/\(gate.fingerprint)"
                    )
                )
            }
        }
        return companies
    }

    private func configured(_ record: TenantRecord) async throws -> (TenantConfiguration, SageGate)? {
        let version = "\(record.tenant)/\(record.version)/\(record.appliedAt.timeIntervalSince1970)"
        if let known = known[version] { return known }
        do {
            let configuration = try TenantFile.parseStored(record.configuration)
            let gate = try await gate(of: configuration)
            known = known.filter { !$0.key.hasPrefix("\(record.tenant)/") }
            known[version] = (configuration, gate)
            return (configuration, gate)
        } catch let error where error is TenantFileError || error is VaultError {
            // One tenant's damage must not stop the others; said once, not at every look.
            if unreadable.insert(version).inserted {
                context.logger.error("tenant \(record.tenant) cannot be served: \(error)")
            }
            return nil
        }
    }

    private func gate(of configuration: TenantConfiguration) async throws -> SageGate {
        let sealed = try await context.database.credentials(of: configuration.tenant, for: .sage)
        var password = Secret("")
        if let credential = sealed.first {
            password = try context.vault.open(credential, tenant: configuration.tenant)
        }
        let address = SageAddress(configuration.sage.url) ?? SageAddress("http://invalid.invalid")
        guard let address else { throw VaultError.cannotOpen("sage.url") }
        let user = configuration.sage.username
        let fingerprint = context.vault.signInFingerprint(
            address: address.identity,
            user: user,
            password: password
        )
        let key = "\(address)/\(user)/\(fingerprint)"
        if let gate = gates[key] { return gate }
        let session = SageSession(address: address, user: user, password: password, http: context.http)
        let gate = SageGate(
            session: session,
            fingerprint: fingerprint,
            database: context.database,
            instance: context.instance
        )
        gates[key] = gate
        return gate
    }
}

extension Vault {
    /// Tells whether a sign-in is the one that was tried before, across tenants and processes.
    public func signInFingerprint(address: String, user: String, password: Secret) -> String {
        // As it is sent: two spellings of one password are one credential.
        fingerprint([address, user], secret: Secret(password.withText { $0.uppercased() }))
    }
}
