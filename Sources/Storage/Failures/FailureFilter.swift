public import Accounting
public import Foundation
import PostgresClient

/// Which failures are meant: every condition that is set narrows it; none means all.
public struct FailureFilter: Sendable {
    /// These alone.
    public var ids: [Int64]?
    /// Of one cause.
    public var group: String?
    /// Of one tenant.
    public var tenant: TenantID?
    /// Of one company.
    public var company: String?
    /// Of one kind of document.
    public var kind: DocumentKind?
    /// Of one class of failure.
    public var failureClass: FailureClass?
    /// Not older than this.
    public var since: Date?
    /// Older than this.
    public var until: Date?
    /// Of at least this amount, whatever the currency.
    public var minimumAmount: Decimal?
    /// Of at most this amount, whatever the currency.
    public var maximumAmount: Decimal?
    /// With this tag.
    public var tag: String?
    /// Looked after by this person.
    public var assignee: String?
    /// Looked after by nobody.
    public var isUnassigned = false

    /// All of them.
    public init() {}

    /// All of them.
    public static var all: FailureFilter { FailureFilter() }

    /// These alone.
    public static func failures(_ ids: [Int64]) -> FailureFilter {
        var filter = FailureFilter()
        filter.ids = ids
        return filter
    }

    /// Those of one cause.
    public static func group(_ group: String) -> FailureFilter {
        var filter = FailureFilter()
        filter.group = group
        return filter
    }

    /// Those of one tenant.
    public static func tenant(_ tenant: TenantID) -> FailureFilter {
        var filter = FailureFilter()
        filter.tenant = tenant
        return filter
    }

    /// In words, for the list of replays.
    public var words: String {
        var words: [String] = []
        if let ids { words.append(ids.count == 1 ? "dead letter \(ids[0])" : "\(ids.count) dead letters") }
        if let group { words.append("group \(group)") }
        if let tenant { words.append("tenant \(tenant)") }
        if let company { words.append("company \(company)") }
        if let kind { words.append("kind \(kind.rawValue)") }
        if let failureClass { words.append("class \(failureClass.rawValue)") }
        if let since { words.append("since \(since.formatted(.iso8601))") }
        if let until { words.append("until \(until.formatted(.iso8601))") }
        if let minimumAmount { words.append("from \(minimumAmount)") }
        if let maximumAmount { words.append("up to \(maximumAmount)") }
        if let tag { words.append("tag \(tag)") }
        if let assignee { words.append("assigned to \(assignee)") }
        if isUnassigned { words.append("assigned to nobody") }
        return words.isEmpty ? "all" : words.joined(separator: ", ")
    }

    /// The conditions on `f`, only those that are set, so that each form of a list has a plan of its own.
    var conditions: PostgresQuery {
        var all: PostgresQuery = "true"
        if let ids { all = "\(all) and f.id = any(\(ids)::bigint[])" }
        if let group { all = "\(all) and f.group_id = \(group)" }
        if let tenant { all = "\(all) and f.tenant = \(tenant.name)" }
        if let company { all = "\(all) and f.company = \(company)" }
        if let kind { all = "\(all) and f.kind = \(kind.rawValue)" }
        if let failureClass { all = "\(all) and f.class = \(failureClass.rawValue)" }
        if let since { all = "\(all) and f.failed_at >= \(since)" }
        if let until { all = "\(all) and f.failed_at < \(until)" }
        if let minimumAmount { all = "\(all) and f.amount >= \(minimumAmount)" }
        if let maximumAmount { all = "\(all) and f.amount <= \(maximumAmount)" }
        if let tag { all = "\(all) and \(tag) = any(f.tags)" }
        if let assignee { all = "\(all) and f.assignee = \(assignee)" }
        if isUnassigned { all = "\(all) and f.assignee is null" }
        return all
    }
}
