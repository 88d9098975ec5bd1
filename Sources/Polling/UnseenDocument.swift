import Accounting
import AdobeCommerce
import Foundation
import Storage
import Tenancy

/// Where a document stands that has not been seen: the gate between the store and the connector that it waits at.
public struct UnseenDocument: Sendable, Hashable {
    /// The gates, in the order a document passes them.
    public enum Gate: String, Sendable, CaseIterable {
        /// The tenant's work was stopped by an operator.
        case paused
        /// The store cannot be asked now.
        case storeSilent
        /// The store has no such document.
        case notInStore
        /// The store has it, and it cannot be read.
        case unreadable
        /// No run has read documents of its kind yet.
        case noRunYet
        /// It changed a moment ago; rows are read once their stretch of time has settled.
        case settling
        /// The last run failed before it got there.
        case runFailed
        /// It changed since the last run.
        case notYetDue
        /// It lies behind what was read, and was not there then, or did not move.
        case behindCursor
    }

    /// Where it stands.
    public let gate: Gate
    /// What that means here, in one sentence.
    public let reason: String
    /// What happens next, or who does what.
    public let next: String
}

/// What is known of a document that has not been seen. Pure.
struct UnseenFacts: Sendable {
    /// What the store says of it.
    struct Sighting: Sendable {
        let resource: DocumentResource
        let createdAt: Date
        let updatedAt: Date
        /// The store's clock when it was asked.
        let storeTime: Date
    }

    let number: String
    let tenant: TenantConfiguration
    let state: PollState
    let settle: Duration
    let now: Date

    /// The store has it.
    /// - Parameter cursor: how far documents of its kind were read.
    func place(_ sighting: Sighting, cursor: PollCursor?) -> UnseenDocument {
        let noun = sighting.resource.noun
        let seen = "The store has it (\(noun), changed \(Self.text(sighting.updatedAt)))"
        if state.isPaused { return paused(seen) }
        guard let cursor, cursor.loadPosition == nil else {
            return UnseenDocument(
                gate: .noRunYet,
                reason: "\(seen); \(noun)s have not been read to their end yet.",
                next: nextRun
            )
        }
        if sighting.updatedAt > sighting.storeTime.addingTimeInterval(-settle.seconds) {
            let reason =
                "\(seen), less than \(Int(settle.seconds)) s ago by the store's clock: such rows are not read before "
                + "everything of their time is visible."
            return UnseenDocument(gate: .settling, reason: reason, next: nextRun)
        }
        let readTo = cursor.readTo
        guard sighting.updatedAt <= readTo else {
            return state.lastRun?.hasFailed == true
                ? UnseenDocument(
                    gate: .runFailed,
                    reason: "\(seen); the last run failed before it got there.",
                    next: nextRun
                )
                : UnseenDocument(
                    gate: .notYetDue,
                    reason: "\(seen), after what the last run read (\(Self.text(readTo))).",
                    next: nextRun
                )
        }
        return behind(readTo, sighting, seen)
    }

    /// The store has nothing of that number.
    var notInStore: UnseenDocument {
        UnseenDocument(
            gate: .notInStore,
            reason: "The store has no order, invoice, credit memo, shipment or customer numbered \(number).",
            next: "Check the number; it may be of another store, or the document was deleted there."
        )
    }

    /// The store has it, and it cannot be read.
    func unreadable(_ resource: DocumentResource, _ failure: Failure) -> UnseenDocument {
        state.isPaused
            ? paused("The store has it (\(resource.noun)), and it cannot be read")
            : UnseenDocument(
                gate: .unreadable,
                reason: "The store has it (\(resource.noun)), and it cannot be read: \(failure.reason)",
                next: failure.nextStep
            )
    }

    /// The store could not be asked.
    func silent(_ sentence: String) -> UnseenDocument {
        state.isPaused
            ? paused("The store cannot be asked now")
            : UnseenDocument(
                gate: .storeSilent,
                reason: "It has not been seen, and the store cannot be asked now: \(sentence)",
                next: nextRun
            )
    }

    private func paused(_ seen: String) -> UnseenDocument {
        UnseenDocument(
            gate: .paused,
            reason: "\(seen), but the tenant is paused.",
            next: "`connectorctl tenant resume \(tenant.tenant)`; it is read then."
        )
    }

    private func behind(_ readTo: Date, _ sighting: Sighting, _ seen: String) -> UnseenDocument {
        let zones = tenant.companies.map(\.timeZone)
        let days = zones.map { CalendarDate(sighting.createdAt, in: $0) }
        let day = CalendarDate(sighting.createdAt, in: .gmt)
        let reason =
            "\(seen), before \(Self.text(readTo)), up to where \(sighting.resource.noun)s were read: it was not there "
            + "then, or was put in with an old time."
        return UnseenDocument(
            gate: .behindCursor,
            reason: reason,
            next:
                "`connectorctl sync \(tenant.tenant) --from \(days.min() ?? day) --to \(days.max() ?? day)` takes it "
                + "up now; the sweep does later."
        )
    }

    private var nextRun: String {
        if let last = state.lastRun, last.hasFailed, last.retryAt == nil,
            state.appliedAt <= last.finishedAt ?? .distantPast
        {
            return
                "The last run failed and waits for somebody to mend its cause: `connectorctl sync \(tenant.tenant) "
                + "--wait` tries again and says why."
        }
        let due = [
            tenant.schedule.nextDue(lastRun: state.lastRun?.startedAt, now: now),
            state.lastRun.flatMap { $0.hasFailed ? $0.retryAt : nil },
        ].compactMap { $0 }.min()
        let when = due.map { $0 <= now ? "now" : Self.text($0) } ?? "now"
        return "The next run is due \(when); `connectorctl sync \(tenant.tenant)` reads it at once."
    }

    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}

extension PollCursor {
    /// Everything before was read.
    fileprivate var readTo: Date { passBound == nil ? max(readUntil ?? updatedAt, updatedAt) : updatedAt }
}

extension DocumentResource {
    fileprivate var noun: String {
        switch self {
        case .customers: "customer"
        case .orders: "order"
        case .invoices: "invoice"
        case .creditMemos: "credit memo"
        case .shipments: "shipment"
        }
    }
}
