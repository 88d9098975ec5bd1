import ExactJSON
public import Foundation
public import Storage

/// Decides what of the present is news to the people of one scope: each thing is told once, until it is much worse, over,
/// or so again.
public struct AlertJudgement: Sendable {
    /// Whose people: a tenant's name, or "" for the host's.
    public var scope: String
    /// Where they are told.
    public var destinations: [String]
    /// How long a thing must be over before that is told: what is back at once was never over.
    public var settle: TimeInterval
    /// Whether what is not found any more is over.
    public var ends: EndRule

    /// A judgement for one scope.
    public init(scope: String, destinations: [String], settle: TimeInterval, ends: EndRule = EndRule()) {
        self.scope = scope
        self.destinations = destinations
        self.settle = settle
        self.ends = ends
    }

    /// What has to change in what is told.
    public func moves(_ conditions: [Condition], told: [ToldAlert], at now: Date) -> [AlertMove] {
        let known = Dictionary(told.map { ($0.subject, $0) }) { first, _ in first }
        var current: Set<String> = []
        var moves: [AlertMove] = []
        for condition in conditions where current.insert(condition.subject).inserted {
            if let move = move(condition, known[condition.subject], now) { moves.append(move) }
        }
        for alert in told where !current.contains(alert.subject) {
            if let move = ending(alert, now) { moves.append(move) }
        }
        return moves
    }

    private func move(_ condition: Condition, _ told: ToldAlert?, _ now: Date) -> AlertMove? {
        guard let told else {
            // It was told when it was last counted, and that has been forgotten since: it is counted anew first.
            if condition.kind == .failures, condition.count == nil { return nil }
            return .begin(alert(condition, since: now, now), notice(condition, .begun, now))
        }
        if condition.kind.isWorse(condition.measure, than: told, at: now) {
            let alert = alert(condition, since: told.firstSeenAt, now)
            return .worsen(alert, from: told.measure, notice(condition, .worse, now))
        }
        return told.goneAt == nil ? nil : .reappear(told)
    }

    private func ending(_ alert: ToldAlert, _ now: Date) -> AlertMove? {
        // What a release of another version told.
        guard let kind = AlertKind(rawValue: alert.kind) else { return .end(alert, nil) }
        switch ends.outcome(kind, of: alert) {
        case .unknown: return nil
        case .unwanted: return .end(alert, nil)
        case .over: break
        }
        guard let goneAt = alert.goneAt else {
            return settle > 0 ? .vanish(alert) : .end(alert, over(alert, kind, now))
        }
        return now.timeIntervalSince(goneAt) < settle ? nil : .end(alert, over(alert, kind, now))
    }

    private func over(_ alert: ToldAlert, _ kind: AlertKind, _ now: Date) -> AlertNotice? {
        guard kind.tellsEnd else { return nil }
        let end = Condition(
            kind,
            tenant: alert.tenant,
            company: alert.company,
            item: alert.item,
            title: kind.wordsAtEnd(company: alert.company),
            since: alert.firstSeenAt
        )
        return notice(end, .over, now)
    }

    private func alert(_ condition: Condition, since: Date, _ now: Date) -> ToldAlert {
        ToldAlert(
            scope: scope,
            subject: condition.subject,
            kind: condition.kind.rawValue,
            tenant: condition.tenant,
            company: condition.company,
            item: condition.item,
            title: condition.title,
            measure: condition.measure,
            firstSeenAt: since,
            toldAt: now
        )
    }

    private func notice(_ condition: Condition, _ event: AlertEvent, _ now: Date) -> AlertNotice {
        AlertNotice(
            kind: condition.kind.rawValue,
            content: condition.json(event, at: now).text,
            destinations: destinations
        )
    }
}

extension AlertKind {
    /// What is said when it is over.
    func wordsAtEnd(company: String?) -> String {
        switch self {
        case .paused: "\(company ?? "The company") goes on again"
        case .signIn: "Sage 300 is signed in to again"
        case .waiting: "Nothing waits for long any more"
        case .silence: "Orders come in again"
        case .polling: "The store is read again"
        case .failures, .finding, .credential, .unattended: "Over"
        }
    }
}
