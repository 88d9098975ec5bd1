import Accounting
import Foundation
import Storage
import Tenancy

/// The companies of all tenants as they are configured now. Looked at twice a second by every worker, so it is made anew
/// only when something of it changed: a look at a thousand idle tenants costs one small query.
public actor CompanyDirectory {
    private let context: PostingContext
    private var gates: TenantGates
    private var stamp: CompanyStamp?
    private var entries: [TenantGates.Entry] = []
    private var pauses: [SageCompany: String] = [:]
    private var refusals: [SignInKey: String] = [:]
    private var quiet: Set<TenantID> = []
    private var current: [ServedCompany] = []
    private var isReading = false
    /// When a tenant whose credentials do not open is looked at again; nil: there is none.
    private var nextTry: ContinuousClock.Instant?
    private static let pauseBetweenTries = Duration.seconds(3)

    private struct SignInKey: Hashable {
        let address: String
        let user: String
    }

    /// An empty directory.
    public init(_ context: PostingContext) {
        self.context = context
        gates = TenantGates(context)
    }

    /// Every company, paused ones included.
    public func companies() async throws -> [ServedCompany] {
        let stamp = try await context.database.companyStamp()
        // Whoever reads tells the others by what it leaves; while it does, they wait for it.
        while isReading { try await Task.sleep(for: .milliseconds(20)) }
        if stamp != self.stamp || nextTry.map({ $0 <= .now }) ?? false { try await read(stamp) }
        let quiet = quietTenants(at: Date())
        if quiet != self.quiet {
            self.quiet = quiet
            current = served()
        }
        return current
    }

    /// - Parameter stamp: from before it is read: what changes meanwhile gives another at the next look.
    private func read(_ stamp: CompanyStamp) async throws {
        isReading = true
        defer { isReading = false }
        if stamp.tenants != self.stamp?.tenants || nextTry != nil {
            var gates = gates
            entries = try await gates.entries(of: try await context.database.tenantHeads())
            nextTry = gates.hasUnopened ? .now + Self.pauseBetweenTries : nil
            self.gates = gates
        }
        pauses = try await context.database.pausedCompanies().mapValues {
            $0.reason ?? "Sage 300 did not answer"
        }
        refusals = [:]
        for refused in try await context.database.refusedSignIns() {
            refusals[SignInKey(address: refused.address, user: refused.user)] = refused.detail
        }
        current = served()
        self.stamp = stamp
    }

    private func quietTenants(at now: Date) -> Set<TenantID> {
        Set(
            entries.lazy.map(\.configuration)
                .filter { $0.sage.quietHours?.contain(now) ?? false }.map(\.tenant)
        )
    }

    private func served() -> [ServedCompany] {
        entries.flatMap { entry in entry.configuration.companies.map { served(entry, $0) } }
    }

    private func served(_ entry: TenantGates.Entry, _ rules: CompanyRules) -> ServedCompany {
        let (configuration, gate) = (entry.configuration, entry.gate)
        let target = SageCompany(address: gate.address, company: rules.company)
        let isQuiet = quiet.contains(configuration.tenant)
        let pause =
            entry.head.isPaused
            ? "the tenant is paused"
            : (isQuiet ? configuration.sage.quietHours?.reason : nil)
                ?? refusals[SignInKey(address: gate.address, user: gate.user)] ?? pauses[target]
        return ServedCompany(
            tenant: configuration,
            rules: rules,
            target: target,
            gate: gate,
            pause: pause,
            isQuiet: isQuiet,
            version: "\(entry.head.version)/\(gate.fingerprint)"
        )
    }
}
