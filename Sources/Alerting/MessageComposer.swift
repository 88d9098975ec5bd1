import Accounting
import ExactJSON
public import Foundation
import Storage

/// Makes one message of notices: JSON for a webhook, plain text for a mailbox. A burst is one message.
public struct MessageComposer: Sendable {
    /// Whose people: a tenant's name, or "" for the host's.
    public var scope: String
    /// A mailbox rather than a webhook.
    public var isMail: Bool

    /// A composer for one destination.
    public init(scope: String, isMail: Bool) {
        self.scope = scope
        self.isMail = isMail
    }

    /// How many notices are spelt out; the others are counted.
    static let most = 20
    private static let longest = 600

    /// The message of some notices, the oldest first.
    /// - Parameters:
    ///   - contents: as `AlertNotice` has them.
    ///   - fresh: causes of dead letters as they are by now, by subject.
    public func message(_ id: UUID, _ contents: [String], fresh: [String: Condition] = [:], at now: Date) -> (
        title: String, body: String
    ) {
        let notices = renewed(contents.compactMap { try? JSON(parsing: $0) }, fresh, now)
        let shown = Array(notices.prefix(Self.most))
        let more = notices.count - shown.count
        let title = title(notices)
        let text = ([title] + shown.map(paragraph) + last(more)).joined(separator: isMail ? "\n\n" : "\n")
        return isMail ? (title, text + footer(id)) : (title, body(id, text, shown, more, now).text)
    }

    /// A cause that has become worse before it was told is told once, as it is now.
    private func renewed(_ notices: [JSON], _ fresh: [String: Condition], _ now: Date) -> [JSON] {
        var told: Set<String> = []
        return notices.compactMap { notice in
            guard notice["kind"]?.string == AlertKind.failures.rawValue,
                let subject = notice["subject"]?.string
            else { return notice }
            guard told.insert(subject).inserted else { return nil }
            guard let condition = fresh[subject],
                let event = notice["event"]?.string.flatMap(AlertEvent.init(rawValue:))
            else { return notice }
            return condition.json(event, at: now)
        }
    }

    private func title(_ notices: [JSON]) -> String {
        let whose = scope.isEmpty ? "ml-connector" : "ml-connector, \(scope)"
        if let digest = notices.first, notices.count == 1, digest["digest"] != nil {
            return "ml-connector: \(digest["title"]?.string ?? "")"
        }
        guard notices.count != 1, let first = notices.first else {
            return "\(whose): \(notices.first.map(headline) ?? "nothing")"
        }
        let risk = notices.contains { $0["moneyAtRisk"]?.bool == true } ? ", money at risk" : ""
        return "\(whose): \(notices.count) notices, first: \(headline(first))\(risk)"
    }

    private func headline(_ notice: JSON) -> String {
        let tenant = scope.isEmpty ? notice["tenant"]?.string.map { "\($0): " } ?? "" : ""
        return AlertWords.short(tenant + (notice["title"]?.string ?? ""), 160)
    }

    /// What is said of one notice; a digest speaks for itself.
    private func paragraph(_ notice: JSON) -> String {
        if let text = notice["text"]?.string { return text }
        let event =
            switch notice["event"]?.string.flatMap(AlertEvent.init(rawValue:)) {
            case .begun: "NEW"
            case .worse: "WORSE"
            case .over: "OVER"
            case .test, .digest, nil: "NOTE"
            }
        var sentences = ["• \(event): \(headline(notice))"]
        if let figures = figures(notice) {
            sentences.append("(\(figures))")
        } else if let last = sentences[0].last, !".!?…)".contains(last) {
            sentences[0].append(".")
        }
        if notice["moneyAtRisk"]?.bool == true { sentences.append("Money is at risk.") }
        for key in ["detail", "nextStep"] {
            if let text = notice[key]?.string, !text.isEmpty {
                sentences.append(AlertWords.short(text, Self.longest))
            }
        }
        return sentences.joined(separator: isMail ? "\n  " : " ")
    }

    private func figures(_ notice: JSON) -> String? {
        guard let count = notice["count"]?.int else { return nil }
        let amounts = (notice["amounts"]?.array ?? []).compactMap { sum in
            sum["amount"]?.string.flatMap { amount in sum["currency"]?.string.map { "\(amount) \($0)" } }
        }
        return ([AlertWords.counted(count, "document")] + amounts).joined(separator: ", ")
    }

    private func last(_ more: Int) -> [String] {
        let tenant = scope.isEmpty ? "" : " --tenant \(scope)"
        return more > 0 ? ["and \(more) more: connectorctl alerts list\(tenant)"] : []
    }

    private func footer(_ id: UUID) -> String {
        "\n\n-- \nml-connector, notice \(id.uuidString.lowercased())\n"
    }

    private func body(_ id: UUID, _ text: String, _ shown: [JSON], _ more: Int, _ now: Date) -> JSON {
        let digest = shown.first?["digest"]
        let alerts = shown.filter { $0["digest"] == nil }
        return [
            "version": 1, "id": .string(id.uuidString.lowercased()),
            "createdAt": .string(AlertWords.time(now)),
            "tenant": scope.isEmpty ? .null : .string(scope), "text": .string(text), "alerts": .array(alerts),
            "more": .int(more), "digest": digest ?? .null,
        ]
    }
}
