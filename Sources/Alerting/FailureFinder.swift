import Foundation
import Storage

/// Finds causes of dead letters that are news to somebody. Counting exactly is for those alone: a hundred thousand dead
/// letters of a cause that has been told cost a look at an index.
struct FailureFinder: Sendable {
    let database: Database
    /// Whose people are told: tenants, and "" for the host.
    let scopes: [String]
    let told: [ToldAlert]
    let now: Date

    /// By scope. A cause that was told, and is so still, has its measure as it was told.
    func conditions() async throws -> [String: [Condition]] {
        let counts = try await database.unresolvedGroups()
        var conditions = try await standing(counts)
        let known = Dictionary(
            told.filter { $0.kind == AlertKind.failures.rawValue }.map {
                (Key(scope: $0.scope, group: $0.item), $0)
            }
        ) { first, _ in first }
        let owned = Dictionary(grouping: counts) { $0.tenant }
        for scope in scopes {
            let own = scope.isEmpty ? sums(counts) : owned[scope] ?? []
            let news = own.filter { count in
                known[Key(scope: scope, group: count.group)].map {
                    AlertKind.failures.isWorse(count.count, than: $0, at: now)
                } ?? true
            }
            guard !news.isEmpty else { continue }
            let groups = try await database.openGroups(news.map(\.group), of: scope.isEmpty ? nil : scope)
            let exact = groups.map { Self.condition($0, scope: scope) }
            // In the place of what was told of them.
            let subjects = Set(exact.map(\.subject))
            conditions[scope, default: []].removeAll { subjects.contains($0.subject) }
            conditions[scope, default: []] += exact
        }
        return conditions
    }

    private struct Key: Hashable {
        let scope: String
        let group: String
    }

    /// All tenants' together.
    private func sums(_ counts: [GroupCount]) -> [GroupCount] {
        var sums: [String: Int] = [:]
        for count in counts { sums[count.group, default: 0] += count.count }
        return sums.sorted { $0.key < $1.key }.map { GroupCount(tenant: nil, group: $0.key, count: $0.value) }
    }

    /// What was told and is open still.
    private func standing(_ counts: [GroupCount]) async throws -> [String: [Condition]] {
        let owned = Set(counts.map { Key(scope: $0.tenant ?? "", group: $0.group) })
        let groups = Set(counts.map(\.group))
        let asked = told.filter { alert in
            alert.kind == AlertKind.failures.rawValue && scopes.contains(alert.scope)
                && (alert.scope.isEmpty
                    ? groups.contains(alert.item)
                    : owned.contains(Key(scope: alert.scope, group: alert.item)))
        }
        let open = try await database.stillOpen(asked.map { Self.key($0) })
        var conditions: [String: [Condition]] = [:]
        for alert in asked where open.contains(Self.key(alert)) {
            conditions[alert.scope, default: []].append(
                Condition(
                    .failures,
                    tenant: alert.tenant,
                    item: alert.item,
                    measure: 0,
                    title: alert.title,
                    since: alert.firstSeenAt
                )
            )
        }
        return conditions
    }

    private static func key(_ alert: ToldAlert) -> GroupCount {
        GroupCount(tenant: alert.scope.isEmpty ? nil : alert.scope, group: alert.item, count: 0)
    }

    /// A cause as people are told of it.
    static func condition(_ group: OpenGroup, scope: String) -> Condition {
        // To the host's people a cause is one thing, however many tenants have it.
        let tenants = group.tenants.sorted()
        let whose = scope.isEmpty && tenants.count > 1 ? " (\(tenants.count) tenants)" : ""
        return Condition(
            .failures,
            tenant: scope.isEmpty ? nil : scope,
            item: group.group,
            measure: group.count,
            title: "Dead letters\(whose): \(AlertWords.short(group.reason, 120))",
            detail: detail(group, scope: scope, tenants: tenants),
            nextStep: group.nextStep,
            count: group.count,
            amounts: group.amounts,
            moneyAtRisk: group.moneyAtRisk,
            since: group.firstAt
        )
    }

    private static func detail(_ group: OpenGroup, scope: String, tenants: [String]) -> String {
        func list(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        var parts: [String] = []
        if scope.isEmpty, !tenants.isEmpty { parts.append("Of \(list(tenants)).") }
        if !group.companies.isEmpty { parts.append("Companies: \(list(group.companies.sorted())).") }
        if group.reason.count > 120 { parts.append(group.reason) }
        parts.append("Group \(group.group).")
        return parts.joined(separator: " ")
    }
}
