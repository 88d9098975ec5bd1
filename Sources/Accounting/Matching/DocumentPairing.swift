import Foundation

/// Which documents of the store may be which in Sage 300: every pair that something speaks for, less what is explained better
/// otherwise.
public struct DocumentPairing: Sendable {
    /// A document of each side.
    public struct Pair: Sendable, Hashable {
        /// Position among the expected ones.
        public let expected: Int
        /// Position among the standing ones.
        public let standing: Int
        /// What speaks for it.
        public let match: DocumentMatch
        /// Whether one of the two is in another pair as good as this: only a person can tell which is right.
        public let isAmbiguous: Bool
    }

    /// The pairs, by the position of the store's document, the best first.
    public let pairs: [Pair]

    /// A document is shown with no more of what is merely possible than this.
    private static let mostPossible = 3

    /// Pairs documents. A document that is certainly one is no candidate for what is less sure.
    public init(_ expected: [ExpectedDocument], _ standing: [StandingDocument]) {
        let index = StandingIndex(standing)
        var all: [Candidate] = []
        for (position, document) in expected.enumerated() {
            for candidate in index.candidates(for: document) {
                guard let match = DocumentMatch(document, standing[candidate]) else { continue }
                all.append(Candidate(expected: position, standing: candidate, match: match))
            }
        }
        pairs = Self.sifted(all)
    }

    private struct Candidate {
        let expected: Int
        let standing: Int
        let match: DocumentMatch
    }

    private static func sifted(_ all: [Candidate]) -> [Pair] {
        var explained: (expected: Set<Int>, standing: Set<Int>) = ([], [])
        var pairs: [Pair] = []
        for strength in MatchStrength.allCases.sorted(by: >) {
            var left = all.filter {
                $0.match.strength == strength && !explained.expected.contains($0.expected)
                    && !explained.standing.contains($0.standing)
            }
            if strength == .possible { left = nearest(left) }
            let uses = Dictionary(grouping: left, by: \.expected).mapValues(\.count)
            let usesOfStanding = Dictionary(grouping: left, by: \.standing).mapValues(\.count)
            pairs += left.map { candidate in
                Pair(
                    expected: candidate.expected,
                    standing: candidate.standing,
                    match: candidate.match,
                    isAmbiguous: (uses[candidate.expected] ?? 0) > 1
                        || (usesOfStanding[candidate.standing] ?? 0) > 1
                )
            }
            explained.expected.formUnion(left.map(\.expected))
            explained.standing.formUnion(left.map(\.standing))
        }
        return pairs.sorted { ($0.expected, $0.standing) < ($1.expected, $1.standing) }
    }

    private static func nearest(_ candidates: [Candidate]) -> [Candidate] {
        Dictionary(grouping: candidates, by: \.expected).values.flatMap { own in
            own.sorted { ($0.match.days ?? .max, $0.standing) < ($1.match.days ?? .max, $1.standing) }
                .prefix(mostPossible)
        }
    }
}

/// Finds what may be a document's without comparing all with all.
private struct StandingIndex {
    private var byNumber: [String: [Int]] = [:]
    private var byTotal: [Decimal: [(date: CalendarDate?, position: Int)]] = [:]

    init(_ standing: [StandingDocument]) {
        for (position, document) in standing.enumerated() {
            for key in NumberEvidence.keys(of: document) { byNumber[key, default: []].append(position) }
            if let total = document.total {
                byTotal[total.magnitude, default: []].append((document.date, position))
            }
        }
    }

    func candidates(for expected: ExpectedDocument) -> [Int] {
        var found = Set(NumberEvidence.keys(of: expected).flatMap { byNumber[$0] ?? [] })
        guard let total = expected.total else { return found.sorted() }
        // Nothing but the amount speaks for what was typed long before or after (`DocumentMatch`).
        let first = expected.date.adding(days: -DocumentMatch.daysByAmount)
        let last = expected.date.adding(days: DocumentMatch.daysByAmount)
        for candidate in byTotal[total.magnitude] ?? [] {
            if let date = candidate.date, date >= first, date <= last { found.insert(candidate.position) }
        }
        return found.sorted()
    }
}
