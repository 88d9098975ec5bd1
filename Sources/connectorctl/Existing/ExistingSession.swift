import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Posting
import Storage

/// One run of `existing`: what was looked at, what was decided, and what came of it.
final class ExistingSession {
    private let database: Database
    private let tenant: TenantID
    private let reviews: [CompanyID: CutOverReview]
    private let isJSON: Bool
    private var scopes: [CutOverReview.Scope] = []
    private var done: [(what: String, match: MatchRecord)] = []
    private var refused: [(match: MatchRecord, reason: String)] = []

    init(database: Database, tenant: TenantID, reviews: [CompanyID: CutOverReview], isJSON: Bool) {
        self.database = database
        self.tenant = tenant
        self.reviews = reviews
        self.isJSON = isJSON
    }

    /// Looks for everything that is not in Sage 300 yet.
    func look(since: CalendarDate?) async throws {
        for company in reviews.keys.sorted() {
            guard let review = reviews[company] else { continue }
            var last = ""
            Console.say("looking through the receivables of \(company) …")
            let scope = try await review.look(since: since) { Console.progress("  \($0)", last: &last) }
            Console.endProgress(last)
            scopes.append(scope)
        }
    }

    /// Those that one yes links together: certain, and fitting nothing else as well.
    func certain() async throws -> [MatchRecord] {
        try await open().filter { $0.found.strength == .certain && !$0.found.isAmbiguous }
    }

    func link(_ ids: [Int64]) async throws { try await link(try await known(ids)) }

    func link(_ matches: [MatchRecord]) async throws {
        for (company, some) in Dictionary(grouping: matches, by: \.found.key.company) {
            guard let review = company.flatMap({ reviews[$0] }) else {
                throw Reach.failure(
                    2,
                    "\(company?.name ?? "Its company") is not among the companies that are looked at."
                )
            }
            for (match, verdict) in try await review.link(some, by: Operator.name) {
                take(verdict, match, "linked")
            }
        }
    }

    func reject(_ ids: [Int64], why: String) async throws {
        for match in try await known(ids) {
            take(try await database.reject(match, why: why, by: Operator.name), match, "rejected")
        }
    }

    func unlink(_ ids: [Int64], why: String) async throws {
        for match in try await known(ids) {
            take(try await database.unlink(match, why: why, by: Operator.name), match, "unlinked")
        }
    }

    private func known(_ ids: [Int64]) async throws -> [MatchRecord] {
        let matches = try await database.matches(ids, of: tenant)
        let missing = Set(ids).subtracting(matches.map(\.id)).sorted()
        guard missing.isEmpty else {
            let list = missing.map(String.init).joined(separator: ", ")
            throw Reach.failure(
                2,
                "\(tenant) has no \(list) any more; nothing was changed. `connectorctl existing \(tenant)` shows what there is."
            )
        }
        return matches
    }

    private func take(_ verdict: MatchVerdict, _ match: MatchRecord, _ what: String) {
        if let reason = verdict.refusal(of: match.found) {
            refused.append((match, reason))
        } else {
            done.append((what, match))
        }
    }

    private func open() async throws -> [MatchRecord] {
        var open: [MatchRecord] = []
        for company in reviews.keys.sorted() { open += try await reviews[company]?.openMatches() ?? [] }
        return open
    }

    private func rows() async throws -> [ExistingRow] {
        let matches = try await open()
        let documents = try await database.documents(Array(Set(matches.map(\.found.key))))
        return matches.compactMap { match in
            documents[match.found.key].map { document in
                let zone = match.found.key.company.flatMap { reviews[$0] }?.timeZone ?? .gmt
                return ExistingRow(
                    match: match,
                    document: document,
                    day: CalendarDate(document.sourceCreatedAt, in: zone)
                )
            }
        }
    }

    /// Everything that is not decided, in words.
    func listing() async throws -> String {
        ExistingText.listing(try await rows(), scopes, tenant)
    }

    /// Asks about everything that is not decided: certain ones together, the others one by one.
    func ask() async throws {
        let certain = try await certain()
        if certain.count > 1, try Confirmation.ask("Link the \(certain.count) that are certain?") == .yes {
            try await link(certain)
        }
        for row in try await rows() {
            // One that was just linked may have settled this one.
            guard let match = try await database.matches([row.match.id], of: tenant).first,
                match.decision == nil
            else { continue }
            Console.say("\n\(row.sentence)")
            let answer = try Confirmation.ask("The same?", canQuit: true)
            if answer == .quit { break }
            if answer == .yes { try await link([row.match]) }
        }
        try await answer(withListing: false)
    }

    /// Says what came of it.
    /// - Throws: exit code 1 when something was not done.
    func answer(withListing: Bool) async throws {
        let rows = try await rows()
        if isJSON {
            Console.answer(json(rows))
        } else {
            let documents = try await database.documents(done.map(\.match.found.key))
            var parts = done.map { what, match in
                "\(match.id): \(what): \(match.sentence(documents[match.found.key]?.number ?? "its document"))"
            }
            parts += refused.map { "\($0.match.id): not done: \($0.reason)" }
            // What was looked at is another number by now.
            if withListing { parts.append(ExistingText.listing(rows, done.isEmpty ? scopes : [], tenant)) }
            if !parts.isEmpty { Console.answer(parts.joined(separator: "\n")) }
        }
        guard refused.isEmpty else { throw ExitCode(1) }
    }

    private func json(_ rows: [ExistingRow]) -> JSON {
        func ids(_ what: String) -> JSON {
            .array(done.filter { $0.what == what }.map { .int(Int($0.match.id)) })
        }
        return [
            "looked": .array(scopes.map(\.json)), "matches": .array(rows.map(\.json)),
            "linked": ids("linked"), "rejected": ids("rejected"), "unlinked": ids("unlinked"),
            "refused": .array(
                refused.map { ["id": .int(Int($0.match.id)), "reason": .string($0.reason)] }
            ),
        ]
    }
}

extension MatchVerdict {
    /// Why it was not done, for people; nil when it was.
    fileprivate func refusal(of found: FoundMatch) -> String? {
        switch self {
        case .done: nil
        case .decided(.linked): "they are linked already."
        case .decided(.rejected): "somebody has said already that they are not the same."
        case .movedOn(.posting), .movedOn(.inDoubt):
            "a worker is writing it to Sage 300 just now; ask `why` in a minute."
        case .movedOn(let state): "the document has moved on meanwhile and is \(state.rawValue); look again."
        case .taken(let other): "\(found.ledger.document) is \(other) already."
        case .credited(let note):
            "\(note) takes it back already, in Sage 300 and here: reverse that first, or leave the link as it is."
        case .gone: "\(found.ledger.document) does not stand in Sage 300 as it did any more; look again."
        }
    }
}

extension MatchRecord {
    /// Both sides, in short.
    fileprivate func sentence(_ number: String) -> String {
        "\(found.key.kind.rawValue) \(number) and \(found.ledger.document) (\(found.reason))"
    }
}
