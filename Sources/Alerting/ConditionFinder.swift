import Accounting
import Foundation
import Storage
import Tenancy

/// Finds what is so now: all kinds but failures, which `FailureFinder` counts. Every question is answered from an index.
struct ConditionFinder: Sendable {
    let database: Database
    let tenants: [String: TenantView]
    let now: Date

    func conditions(of kind: AlertKind) async throws -> [Condition] {
        switch kind {
        case .failures: []
        case .paused: try await paused()
        case .signIn: try await signIns()
        case .waiting: try await waiting()
        case .finding: try await findings()
        case .silence: try await silence()
        case .polling: try await polling()
        case .credential: try await credentials()
        case .unattended: try await unattended()
        }
    }

    private func paused() async throws -> [Condition] {
        // A refused sign-in stops companies, too, and says more.
        let refused = Set(try await database.tenantsRefused().map(\.tenant))
        return try await database.stoppedCompanies().filter { !refused.contains($0.tenant) }.map { pause in
            Condition(
                .paused,
                tenant: pause.tenant,
                company: pause.company,
                title: "\(pause.company) is paused",
                detail: pause.reason,
                nextStep: pause.isProbed
                    ? "It is asked again and again, and goes on by itself once Sage 300 answers; documents wait meanwhile."
                    : "Put it right in Sage 300 or in the tenant file, then run `connectorctl tenant resume`.",
                since: pause.since
            )
        }
    }

    private func signIns() async throws -> [Condition] {
        try await database.tenantsRefused().map { refusal in
            Condition(
                .signIn,
                tenant: refusal.tenant,
                title: "Sage 300 refused the sign-in",
                detail: refusal.detail,
                nextStep:
                    "Nothing is tried again until `connectorctl tenant apply` brings another password or `connectorctl tenant resume` says that the user was unlocked.",
                since: refusal.since
            )
        }
    }

    private func findings() async throws -> [Condition] {
        try await database.tenantFindings().map { finding in
            Condition(
                .finding,
                tenant: finding.tenant,
                company: finding.company,
                item: "\(finding.batch)/\(finding.kind)",
                title: "\(finding.company): batch \(finding.batch) needs a person",
                detail: finding.detail,
                moneyAtRisk: true,
                since: finding.foundAt
            )
        }
    }

    private func waiting() async throws -> [Condition] {
        var conditions: [Condition] = []
        let waiting = try await database.waitingSince(before: now - 300)
        for (tenant, since) in waiting.sorted(by: { $0.key < $1.key }) {
            guard let view = tenants[tenant], let limit = view.alerts.oldest else { continue }
            let seconds = WaitingTime.seconds(since: since, now: now, quietHours: view.quietHours)
            guard seconds >= limit else { continue }
            let count = try await database.waitingCount(of: tenant)
            conditions.append(
                Condition(
                    .waiting,
                    tenant: tenant,
                    measure: seconds,
                    title: "A document has waited for \(AlertWords.duration(seconds))",
                    nextStep: "`connectorctl queues` shows where; are workers running, is a company paused?",
                    count: count,
                    since: since
                )
            )
        }
        return conditions
    }

    private func polling() async throws -> [Condition] {
        let full = try await database.heldReadings().filter { $0.value.isFull }.sorted { $0.key < $1.key }.map
        {
            Condition(
                .polling,
                tenant: $0.key,
                item: "storage",
                title: "The store is not read on: the tenant takes up all it may",
                detail: $0.value.heldReason ?? "",
                nextStep:
                    "Raise TENANT_MAX_DOCUMENTS of the pollers and restart them. Nothing is lost meanwhile.",
                since: $0.value.heldSince ?? now
            )
        }
        return try await failedPolling() + full
    }

    private func failedPolling() async throws -> [Condition] {
        try await database.endedRuns(limit: 20).sorted { $0.key < $1.key }.compactMap { tenant, runs in
            let failed = runs.prefix { $0.hasFailed }
            guard let newest = failed.first, let oldest = failed.last,
                failed.count >= Self.failedRunsBorne || !newest.isRetried
            else { return nil }
            return Condition(
                .polling,
                tenant: tenant,
                title: "The store cannot be read",
                detail: newest.error,
                nextStep: newest.isRetried
                    ? "It is tried again by itself; what changes in the store meanwhile is read then."
                    : "It is tried again once the tenant file was applied, or by `connectorctl sync`.",
                since: oldest.startedAt
            )
        }
    }

    /// A store that does not answer once or twice will the next time.
    private static let failedRunsBorne = 3

    private func credentials() async throws -> [Condition] {
        try await database.expiringCredentials(
            within: .seconds(86_400 * CredentialExpiry.daysOfWarning),
            at: now
        ).map { expiring in
            let credential = expiring.credential
            let left = expiring.expiresOn.start(in: .gmt).timeIntervalSince(now) / 86_400
            let name = "\(credential.system.rawValue).\(credential.field)"
            return Condition(
                .credential,
                tenant: credential.tenant.name,
                item: "\(name)/\(expiring.expiresOn)",
                measure: [7.0, 3, 1, 0].reduce(1) { left <= $1 ? $0 + 1 : $0 },
                title: "\(name) \(credential.warning(at: now) ?? "expires") (\(expiring.expiresOn))",
                nextStep: "Make a new one and apply the tenant file with it.",
                since: credential.changedAt
            )
        }
    }

    private func unattended() async throws -> [Condition] {
        let limits = tenants.compactMapValues { view in
            view.alerts.unattended.map { now - TimeInterval($0) * 86_400 }
        }
        return try await database.unattendedFailures(before: limits).sorted { $0.key < $1.key }.map {
            tenant,
            failures in
            let days = tenants[tenant]?.alerts.unattended ?? 0
            return Condition(
                .unattended,
                tenant: tenant,
                measure: failures.count,
                title: "Dead letters have lain for more than \(AlertWords.counted(days, "day"))",
                nextStep: "`connectorctl dead groups` shows their causes; replay or discard them.",
                count: failures.count,
                amounts: failures.amounts,
                since: failures.since
            )
        }
    }

    private func silence() async throws -> [Condition] {
        var conditions: [Condition] = []
        for (tenant, reading) in try await database.orderReadings().sorted(by: { $0.key < $1.key }) {
            guard let view = tenants[tenant], view.alerts.tellsSilence,
                let (from, to) = SilenceRule.quietHours(reading), let id = TenantID(tenant)
            else { continue }
            let orders = try await database.ordersByHour(
                of: id.name,
                from: from - TimeInterval(SilenceRule.weeks * 7 + 1) * 86_400,
                to: to - 6 * 86_400
            )
            guard let silence = SilenceRule.judge(reading, orders: orders, in: view.zone) else { continue }
            conditions.append(Self.condition(silence, view))
        }
        return conditions
    }

    private static func condition(_ silence: Silence, _ view: TenantView) -> Condition {
        let since = silence.since.formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(weekday: .wide) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
                locale: Locale(identifier: "en_US_POSIX"),
                timeZone: view.zone,
                calendar: Calendar(identifier: .gregorian)
            )
        )
        let until = silence.until.formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
                timeZone: view.zone,
                calendar: Calendar(identifier: .gregorian)
            )
        )
        return Condition(
            .silence,
            tenant: view.tenant.name,
            title: "0 orders since \(since), usually \(silence.usual)",
            detail:
                "The store has been read up to \(until) (\(view.zone.identifier)). In the weeks before there were orders in these hours every time.",
            nextStep: "Can customers place orders in the store, and does its payment work?",
            since: silence.since
        )
    }
}
