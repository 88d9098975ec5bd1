import ExactJSON
import StoreGenerator
import Synchronization

/// A change that was stamped but cannot be seen before its transaction commits (reference 2.6).
struct Uncommitted: Sendable {
    enum Change: Sendable {
        case put(JSON)
        case members(JSONObject)
    }

    let kind: EntityKind
    let id: Int
    let change: Change
    /// When it commits by itself, in milliseconds of the store's clock; nil: when it is told to.
    let dueMilliseconds: Int?
}

/// How a change is stamped and when it is seen.
struct ChangeTerms: Sendable {
    /// False: `updated_at` stays, as with the changes of reference 2.7.
    var movesUpdatedAt = true
    enum Visibility: Sendable {
        case now
        case after(milliseconds: Int)
        case onCommit
    }
    var visibility = Visibility.now

    init() {}

    /// `?stamp=false&visibleAfter=2.5`, or `visibleAfter=commit`.
    init(query: String) throws(ScenarioError) {
        movesUpdatedAt = QueryValue.first("stamp", in: query) != "false"
        guard let text = QueryValue.first("visibleAfter", in: query) else { return }
        if text == "commit" {
            visibility = .onCommit
        } else if let scaled = DatabaseNumber.tenThousandths(text[...]), scaled >= 0 {
            visibility = .after(milliseconds: Int(scaled / 10))
        } else {
            throw ScenarioError(line: nil, problem: "visibleAfter: expected seconds or commit")
        }
    }
}

extension SimulatedStore.State {
    /// Carries a change out, or keeps it until its transaction ends.
    mutating func make(
        _ change: Uncommitted.Change,
        _ kind: EntityKind,
        id: Int,
        terms: ChangeTerms,
        nowMilliseconds: Int
    ) {
        let due: Int?
        switch terms.visibility {
        case .now: return apply(change, kind, id: id)
        case .after(let milliseconds): due = nowMilliseconds + milliseconds
        case .onCommit: due = nil
        }
        tables[kind]?.reserve(id: id)
        uncommitted.append(Uncommitted(kind: kind, id: id, change: change, dueMilliseconds: due))
    }

    private mutating func apply(_ change: Uncommitted.Change, _ kind: EntityKind, id: Int) {
        switch change {
        case .put(let document): tables[kind]?.put(document, id: id)
        case .members(let members): tables[kind]?.change(members, id: id)
        }
    }

    /// Makes visible what is due.
    mutating func commit(nowMilliseconds: Int) {
        guard !uncommitted.isEmpty else { return }
        commit { $0.dueMilliseconds.map { $0 <= nowMilliseconds } ?? false }
    }

    /// Makes everything visible.
    mutating func commitAll() -> Int {
        let count = uncommitted.count
        commit { _ in true }
        return count
    }

    private mutating func commit(_ isDue: (Uncommitted) -> Bool) {
        let due = uncommitted.filter(isDue)
        uncommitted.removeAll(where: isDue)
        for change in due { apply(change.change, change.kind, id: change.id) }
    }
}
