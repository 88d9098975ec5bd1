import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Posting
import Storage

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends dead-lettered documents back to their queues; a replayer carries it out.",
        discussion: """
            Those that are dead now are meant, however many die later. What narrows the choice can be combined; say \
            --all to mean every dead letter. `connectorctl replays` shows, pauses, resumes and cancels replays.
            """
    )
    @Option(name: .customLong("id"), help: "A dead letter; may be repeated.")
    var ids: [String] = []
    @Flag(help: "Every dead letter.")
    var all = false
    @OptionGroup var chosen: FailureOptions
    @Option(help: "Documents a second, for instance 5/s or 0.5/s.")
    var rate: String?
    @Flag(
        help:
            "Begin with one, then 5, 25, …; stop when one fails again as before, or none of a wave succeeds."
    )
    var canary = false
    @Flag(help: "Say how many would succeed with today's configuration; send nothing.")
    var dryRun = false
    @Flag(help: "Return when every replayed document is decided.")
    var wait = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let ways = [!ids.isEmpty, !chosen.isEmpty, all].filter { $0 }.count
        guard ways == 1 else {
            throw ValidationError(
                "Say what to replay: one of --id, --all, or what narrows the choice, such as --group and --tenant."
            )
        }
        for id in ids where Int64(id) == nil {
            throw ValidationError("\(id) is not the id of a dead letter.")
        }
        if rate != nil, ratePerSecond == nil {
            throw ValidationError("--rate takes a number a second, from 0.001 to 1000, for instance 5/s.")
        }
    }

    private var ratePerSecond: Decimal? {
        guard let rate else { return nil }
        let text = rate.hasSuffix("/s") ? String(rate.dropLast(2)) : rate
        guard let number = JSONNumber(parsing: text)?.decimal, number * 1000 >= 1, number <= 1000 else {
            return nil
        }
        return number
    }

    func run() async throws {
        try await Reach.database { database, _ in
            let filter =
                ids.isEmpty ? try await chosen.filter(database) : .failures(ids.compactMap { Int64($0) })
            if dryRun { return try await rehearse(filter, database) }
            let replay = try await database.requestReplay(
                filter,
                rate: ratePerSecond,
                isCanary: canary,
                by: Operator.name
            )
            let hasReplayer = try await database.liveInstances(of: "replayer") > 0
            if !hasReplayer {
                Console.say("No replayer is running; it is carried out as soon as one is started.")
            }
            let watch = ReplayWatch(
                id: replay.id,
                database: database,
                isToTheEnd: wait,
                patience: hasReplayer ? .seconds(5) : .zero,
                isQuiet: output.isJSON && !Console.isTerminal
            )
            guard let progress = try await watch.untilDoneOrInterrupted() else {
                Console.say(
                    "Replay \(replay.id) goes on without you. `connectorctl replays show \(replay.id)` tells how it "
                        + "stands, `connectorctl replays cancel \(replay.id)` ends it."
                )
                throw ExitCode(130)
            }
            try await conclude(replay.id, progress, database)
        }
    }

    private func conclude(_ id: Int64, _ progress: ReplayProgress, _ database: Database) async throws {
        answer(id, progress)
        if let why = try await database.replay(id)?.endedWhy {
            Console.say("Replay \(id) ended early, \(why).")
        }
        let stuck = progress.untouched > 0 ? try await database.stuckCount(ofReplay: id) : 0
        if stuck > 0 {
            Console.say(
                "\(stuck) of them still stand in an error batch of Sage 300 and would stand twice: delete the entries "
                    + "there (`connectorctl why` names the batch), then replay again."
            )
        }
        guard wait else {
            if !progress.isCarriedOut { Console.say("It goes on: `connectorctl replays show \(id)`.") }
            return
        }
        if progress.failedAgain > 0 {
            throw Reach.failure(1, "\(progress.failedAgain) failed again: `connectorctl dead list`.")
        }
        let left = try await database.openCount(ofReplay: id)
        if left > 0 { throw Reach.failure(1, "\(left) were not sent back and are dead letters still.") }
    }

    private func rehearse(_ filter: FailureFilter, _ database: Database) async throws {
        let ids = try await database.openFailureIDs(filter)
        var last = ""
        let isQuiet = output.isJSON && !Console.isTerminal || ids.count < 1000
        let outcome = try await DressRehearsal(database: database).run(ids) { count in
            // A line for each of ten thousand pages would tell nobody anything.
            guard !isQuiet, Console.isTerminal || count.isMultiple(of: 10_000) else { return }
            Console.progress("\(count) of \(ids.count) mapped", last: &last)
        }
        Console.endProgress(last)
        answer(outcome)
        for cause in outcome.sortedCauses {
            Console.say(
                "\(cause.count) × \(cause.failure.reason) (\(cause.group), for instance \(cause.example))"
            )
        }
    }

    private func answer(_ outcome: DressRehearsal.Outcome) {
        let failing = outcome.selected - outcome.succeeding
        guard output.isJSON else {
            return Console.answer(
                "\(outcome.selected) selected, 0 replayed, \(outcome.succeeding) would succeed, "
                    + "\(failing) would fail again, 0 untouched."
            )
        }
        Console.answer([
            "selected": .int(outcome.selected), "replayed": 0, "succeeded": .int(outcome.succeeding),
            "failedAgain": .int(failing), "untouched": 0, "dryRun": true,
            "causes": .array(
                outcome.sortedCauses.map { cause in
                    [
                        "group": .string(cause.group), "count": .int(cause.count),
                        "reason": .string(cause.failure.reason), "nextStep": .string(cause.failure.nextStep),
                        "example": .string(cause.example),
                    ]
                }
            ),
        ])
    }

    private func answer(_ id: Int64, _ progress: ReplayProgress) {
        if output.isJSON {
            return Console.answer([
                "selected": .int(progress.selected), "replayed": .int(progress.replayed),
                "succeeded": .int(progress.succeeded), "failedAgain": .int(progress.failedAgain),
                "untouched": .int(progress.untouched), "dryRun": false, "id": .string(String(id)),
                "repeated": .int(progress.repeated), "underWay": .int(progress.underWay),
                "state": .string(progress.state.rawValue),
            ])
        }
        let otherwise = progress.failedAgain - progress.repeated
        let detail = otherwise > 0 ? " (\(otherwise) of another cause)" : ""
        Console.answer(
            "\(progress.selected) selected, \(progress.replayed) replayed, \(progress.succeeded) succeeded, "
                + "\(progress.failedAgain) failed again\(detail), \(progress.untouched) untouched."
        )
    }
}
