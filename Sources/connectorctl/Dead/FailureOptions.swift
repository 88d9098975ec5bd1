import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Storage

/// Which dead letters are meant; all that are given must hold.
struct FailureOptions: ParsableArguments {
    @Option(help: "Of this tenant.")
    var tenant: String?
    @Option(help: "Of this cause, as `dead groups` names it.")
    var group: String?
    @Option(help: "Of this company.")
    var company: String?
    @Option(help: "Of this kind: \(Self.kinds).")
    var kind: String?
    @Option(name: .customLong("class"), help: "Of this class of failure: \(Self.classes).")
    var failureClass: String?
    @Option(
        help: "Failed on this day or since this time (UTC), for instance 2026-11-30 or 2026-11-30T08:00:00Z."
    )
    var since: String?
    @Option(help: "Failed before this time (UTC); of a day, before its end.")
    var until: String?
    @Option(name: .customLong("min-amount"), help: "Of at least this amount, in whatever currency.")
    var minimumAmount: String?
    @Option(name: .customLong("max-amount"), help: "Of at most this amount, in whatever currency.")
    var maximumAmount: String?
    @Option(help: "With this tag.")
    var tag: String?
    @Option(help: "Looked after by this person.")
    var assignee: String?
    @Flag(help: "Looked after by nobody.")
    var unassigned = false

    private static let kinds = DocumentKind.allCases.map(\.rawValue).joined(separator: ", ")
    private static let classes = FailureClass.allCases.map(\.rawValue).joined(separator: ", ")

    /// Nothing is narrowed.
    var isEmpty: Bool {
        let texts = [
            tenant, group, company, kind, failureClass, since, until, minimumAmount, maximumAmount, tag,
            assignee,
        ]
        return texts.allSatisfy { $0 == nil } && !unassigned
    }

    func validate() throws {
        if let kind, DocumentKind(rawValue: kind) == nil {
            throw ValidationError("\(kind) is no kind of document: \(Self.kinds).")
        }
        if let failureClass, FailureClass(rawValue: failureClass) == nil {
            throw ValidationError("\(failureClass) is no class of failure: \(Self.classes).")
        }
        for text in [since, until].compactMap({ $0 }) where Self.time(text) == nil {
            throw ValidationError(
                "\(text) is neither a day such as 2026-11-30 nor a time such as 2026-11-30T08:00:00Z."
            )
        }
        for text in [minimumAmount, maximumAmount].compactMap({ $0 }) where Self.amount(text) == nil {
            throw ValidationError("\(text) is no amount, such as 99.50.")
        }
        if assignee != nil, unassigned {
            throw ValidationError("--assignee and --unassigned exclude each other.")
        }
    }

    /// - Throws: with 2 for a tenant there is not.
    func filter(_ database: Database) async throws -> FailureFilter {
        var filter = FailureFilter()
        if let tenant { filter.tenant = try await Reach.tenant(tenant, in: database).tenant }
        filter.group = group
        filter.company = company
        filter.kind = kind.flatMap(DocumentKind.init(rawValue:))
        filter.failureClass = failureClass.flatMap(FailureClass.init(rawValue:))
        filter.since = since.flatMap(Self.time)
        filter.until = until.flatMap(Self.end)
        filter.minimumAmount = minimumAmount.flatMap(Self.amount)
        filter.maximumAmount = maximumAmount.flatMap(Self.amount)
        filter.tag = tag
        filter.assignee = assignee
        filter.isUnassigned = unassigned
        return filter
    }

    private static func time(_ text: String) -> Date? {
        let isDay = CalendarDate(text) != nil
        return try? Date(isDay ? "\(text)T00:00:00Z" : text, strategy: .iso8601)
    }

    /// A day lasts until its end.
    private static func end(_ text: String) -> Date? {
        guard let time = time(text) else { return nil }
        return CalendarDate(text) == nil ? time : time.addingTimeInterval(86400)
    }

    private static func amount(_ text: String) -> Decimal? { JSONNumber(parsing: text)?.decimal }
}
