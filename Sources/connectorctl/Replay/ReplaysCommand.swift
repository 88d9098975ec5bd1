import ArgumentParser
import ExactJSON
import Foundation
import Storage

struct ReplaysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replays",
        abstract: "Replays that were asked for: how they stand, and how to hold or end one.",
        subcommands: [List.self, Show.self, Pause.self, Resume.self, Cancel.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists replays, newest first.")
        @Option(help: "At most so many.") var limit = 100
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let replays = try await database.replays(limit: max(1, limit))
                if output.isJSON { return Console.answer(.array(replays.map { .object($0.json) })) }
                guard !replays.isEmpty else { return Console.answer("There are no replays.") }
                var table = Table([
                    ("ID", .right), ("ASKED FOR", .left), ("BY", .left), ("STATE", .left),
                    ("SELECTED", .right),
                    ("REPLAYED", .right), ("UNTOUCHED", .right), ("LEFT", .right), ("HOW", .left),
                    ("WHAT", .left),
                ])
                for replay in replays {
                    table.add([
                        String(replay.id), Console.time(replay.requestedAt), replay.actor, replay.stateText,
                        String(replay.selected), String(replay.replayed), String(replay.untouched),
                        String(replay.left), replay.manner, replay.selection,
                    ])
                }
                Console.answer(table.text)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tells how one replay stands.")
        @Argument var id: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let replay = try await ReplaysCommand.find(id, database)
                let progress = try await database.progress(ofReplay: replay.id)
                let reasons = try await database.untouchedReasons(ofReplay: replay.id)
                output.isJSON
                    ? Console.answer(.object(Self.json(replay, progress, reasons)))
                    : Console.answer(Self.text(replay, progress, reasons))
            }
        }

        private static func json(
            _ replay: ReplayOverview,
            _ progress: ReplayProgress,
            _ reasons: [(reason: String, count: Int)]
        ) -> JSONObject {
            var object = replay.json
            object["succeeded"] = .int(progress.succeeded)
            object["failedAgain"] = .int(progress.failedAgain)
            object["repeated"] = .int(progress.repeated)
            object["underWay"] = .int(progress.underWay)
            object["untouchedReasons"] = .array(
                reasons.map { ["reason": .string($0.reason), "count": .int($0.count)] }
            )
            return object
        }

        private static func text(
            _ replay: ReplayOverview,
            _ progress: ReplayProgress,
            _ reasons: [(reason: String, count: Int)]
        ) -> String {
            var lines = [
                "replay \(replay.id) of \(replay.selection), \(replay.manner)",
                "asked for  \(Console.time(replay.requestedAt)) by \(replay.actor)",
                "state      \(replay.stateText)\(replay.endedWhy.map { ": \($0)" } ?? "")",
                "selected   \(replay.selected)",
                "replayed   \(replay.replayed): \(progress.succeeded) succeeded, \(progress.failedAgain) failed again "
                    + "(\(progress.repeated) as before), \(progress.underWay) under way",
                "untouched  \(replay.untouched)",
            ]
            lines += reasons.map { "             \($0.count) × \($0.reason)" }
            lines.append("left       \(replay.left)\(replay.timeLeft.map { ", \($0)" } ?? "")")
            return lines.joined(separator: "\n")
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Holds a replay: nothing more is sent back until it is resumed."
        )
        @Argument var id: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await ReplaysCommand.change(id, output, "is paused") { try await $1.pauseReplay($0) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a paused replay go on.")
        @Argument var id: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await ReplaysCommand.change(id, output, "goes on") { try await $1.resumeReplay($0) }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a replay: what was sent stays sent, the rest stays dead."
        )
        @Argument var id: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await ReplaysCommand.change(id, output, "is cancelled") {
                try await $1.cancelReplay($0, by: Operator.name)
            }
        }
    }

    private static func find(_ id: String, _ database: Database) async throws -> ReplayOverview {
        guard let number = Int64(id), let replay = try await database.replay(number) else {
            throw Reach.failure(1, "There is no replay \(id).")
        }
        return replay
    }

    private static func change(
        _ id: String,
        _ output: OutputOptions,
        _ what: String,
        _ body: (Int64, Database) async throws -> Bool
    ) async throws {
        try await Reach.database { database, _ in
            let before = try await find(id, database)
            guard try await body(before.id, database) else {
                throw Reach.failure(1, "Replay \(id) is \(before.state.rawValue); nothing was changed.")
            }
            let replay = try await find(id, database)
            output.isJSON
                ? Console.answer(.object(replay.json))
                : Console.answer(
                    "Replay \(id) \(what): \(replay.replayed) of \(replay.selected) were sent back, \(replay.left) not."
                )
        }
    }
}

extension ReplayOverview {
    /// `canary, 5/s`.
    fileprivate var manner: String {
        let parts = [isCanary ? "canary" : nil, rate.map { "\($0)/s" }].compactMap { $0 }
        return parts.isEmpty ? "at once" : parts.joined(separator: ", ")
    }

    /// Whether a replayer has it in hand is told where it matters.
    fileprivate var stateText: String {
        state == .running && !isInHand ? "running, waiting for a replayer" : state.rawValue
    }

    /// By the rate; a canary's waves take what they take.
    fileprivate var timeLeft: String? {
        guard let rate, rate > 0, left > 0, state == .running || state == .requested else { return nil }
        let seconds = NSDecimalNumber(decimal: Decimal(left) / rate).intValue
        return "about \(ReplaySpeed.text(seconds)) left at \(rate)/s"
    }

    fileprivate var json: JSONObject {
        [
            "id": .string(String(id)), "requestedAt": .string(Console.time(requestedAt)),
            "by": .string(actor),
            "selection": .string(selection), "rate": rate.map { .string($0.description) } ?? .null,
            "canary": .bool(isCanary), "state": .string(state.rawValue), "inHand": .bool(isInHand),
            "selected": .int(selected), "replayed": .int(replayed), "untouched": .int(untouched),
            "left": .int(left), "startedAt": optional(startedAt.map { Console.time($0) }),
            "finishedAt": optional(finishedAt.map { Console.time($0) }), "endedWhy": optional(endedWhy),
        ]
    }
}
