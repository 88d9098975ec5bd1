import Foundation
import Storage

/// What speaks against a message: deaths of processes that were reading and mapping it, one right after the other.
///
/// A death that was the process's own doing, or that ended a handling which took far longer than any does, counts two; one that
/// came from outside within the usual milliseconds counts one, for whoever kills workers at random may hit the same message
/// twice. Four are enough (decision 25). A handling that somebody lived to end clears the message.
struct Suspicion: Sendable {
    /// A death while the message was in hand.
    struct Death: Sendable, Hashable {
        let handling: Handling
        /// Nil where the process left no word.
        let report: CrashReport?

        var weight: Int { report?.isOwnDoing == true || handling.hasLasted ? 2 : 1 }
    }

    /// This much is enough.
    static let limit = 4

    /// Handlings that nobody ended, those of processes included that may live; the latest last.
    let open: [Handling]
    /// Those whose process is dead.
    let deaths: [Death]

    /// - Parameters:
    ///   - handlings: what the message's mark holds.
    ///   - reports: of processes among them that are known to be dead.
    ///   - living: processes that showed a sign of life lately: dead or not, it is too early to tell.
    ///   - own: this process, which lives.
    init(
        _ handlings: [Handling],
        reports: [UUID: CrashReport] = [:],
        living: Set<UUID> = [],
        own: UUID
    ) {
        // What this process handled it has survived, and so has the message's name.
        let survived = handlings.lastIndex { $0.instance == own }
        let open = survived.map { Array(handlings[handlings.index(after: $0)...]) } ?? handlings
        self.open = open
        deaths = open.compactMap { handling in
            let report = reports[handling.instance]
            guard report != nil || !living.contains(handling.instance) else { return nil }
            return Death(handling: handling, report: report)
        }
    }

    /// Whether the message is to be set aside.
    var isEnough: Bool { deaths.reduce(0) { $0 + $1.weight } >= Self.limit }
}

extension Suspicion {
    /// The deaths in one sentence.
    var summary: String {
        deaths.map { death in
            "\(death.handling.service) on \(death.handling.host), process \(death.handling.process), at \(death.time): \(death.cause)"
        }.joined(separator: "; ")
    }

    /// The deaths one by one, with what the processes left behind; at most 16 kB.
    var trace: String {
        let room = 14_000 / max(deaths.count, 1)
        return deaths.enumerated().map { index, death in
            let handling = death.handling
            let lines = [
                "\(index + 1). \(handling.service) on \(handling.host), process \(handling.process), instance \(handling.instance.uuidString.lowercased())",
                "   began at \(handling.at.formatted(.iso8601)), stage: \(handling.stage)\(handling.hasLasted ? ", for longer than a second" : "")",
                "   died at \(death.time): \(death.cause)",
                String(decoding: (death.report?.trace ?? "").utf8.prefix(room), as: UTF8.self),
            ]
            return lines.filter { !$0.isEmpty }.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

extension Suspicion.Death {
    fileprivate var time: String { (report?.diedAt ?? handling.at).formatted(.iso8601) }

    fileprivate var cause: String {
        guard let signal = report?.signal else { return "killed from outside (no trace)" }
        return report?.isFromOutside == true ? "killed from outside by \(signal)" : "died of \(signal)"
    }
}
