public import Foundation
public import Storage
import Tenancy

/// Whether what is not found any more is over: that it is not looked at, or not to be told, is no good news.
public struct EndRule: Sendable {
    /// What became of it.
    public enum Outcome: Sendable {
        /// Over; said, where somebody waits for it.
        case over
        /// Nobody can say; it is left as it was told.
        case unknown
        /// Nobody is told of it any more, nor of its end.
        case unwanted
    }

    /// Tenants that an operator paused: whether they wait, sell or can be read is not known.
    public var paused: Set<String> = []
    /// Tenants whose files this release cannot read: what they want to be told is not known.
    public var unreadable: Set<String> = []
    /// Tenants of which a kind is not told, or told by another kind.
    public var off: [AlertKind: Set<String>] = [:]
    /// When each tenant's last order was placed, as far as its store has been read.
    public var lastOrders: [String: Date] = [:]

    /// A rule for nobody in particular.
    public init() {}

    /// Whether a kind is not told of a tenant.
    public func isOff(_ kind: AlertKind, of tenant: String?) -> Bool {
        tenant.map { off[kind]?.contains($0) == true } ?? false
    }

    /// What became of something that was told and is not found any more.
    public func outcome(_ kind: AlertKind, of alert: ToldAlert) -> Outcome {
        guard let tenant = alert.tenant else { return .over }
        if isOff(kind, of: tenant) { return .unwanted }
        if [.waiting, .silence, .polling].contains(kind), paused.contains(tenant) { return .unknown }
        if [.waiting, .silence, .unattended].contains(kind), unreadable.contains(tenant) { return .unknown }
        // Nights, week-ends and weeks of silence are not odd by themselves: only an order ends it.
        if kind == .silence {
            return lastOrders[tenant].map { $0 > alert.firstSeenAt } == true ? .over : .unknown
        }
        return .over
    }
}

extension EndRule {
    /// By tenants as they are now.
    /// - Parameter refused: whose sign-in is refused, which says more than that their companies are paused.
    init(
        _ tenants: [String: TenantView],
        unreadable: Set<String>,
        refused: Set<String>,
        lastOrders: [String: Date]
    ) {
        off[.paused] = refused
        self.unreadable = unreadable
        self.lastOrders = lastOrders
        for (name, view) in tenants {
            if view.isPaused { paused.insert(name) }
            if view.alerts.oldest == nil { off[.waiting, default: []].insert(name) }
            if !view.alerts.tellsSilence { off[.silence, default: []].insert(name) }
            if view.alerts.unattended == nil { off[.unattended, default: []].insert(name) }
        }
    }
}
