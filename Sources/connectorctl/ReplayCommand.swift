import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Posting
import Storage

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends dead-lettered documents back to their queues; a replayer carries it out."
    )
    @Option(name: .customLong("id"), help: "A dead letter; may be repeated.")
    var ids: [String] = []
    @Option(help: "Every dead letter of one cause.")
    var group: String?
    @Option(help: "Every dead letter of a tenant.")
    var tenant: String?
    @Flag(help: "Every dead letter.")
    var all = false
    @Option(help: "Documents a second, for instance 5/s.")
    var rate: String?
    @Flag(help: "Begin with one, then 5, 25, …; stop when one fails again.")
    var canary = false
    @Flag(help: "Say how many would succeed with today's configuration; send nothing.")
    var dryRun = false
    @Flag(help: "Return when every replayed document is decided.")
    var wait = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let ways = [!ids.isEmpty, group != nil, tenant != nil, all].filter { $0 }.count
        guard ways == 1 else {
            throw ValidationError("Say what to replay: one of --id, --group, --tenant, --all.")
        }
        for id in ids where Int64(id) == nil {
            throw ValidationError("\(id) is not the id of a dead letter.")
        }
        if rate != nil, ratePerSecond == nil {
            throw ValidationError("--rate takes a number a second, for instance 5/s.")
        }
    }

    private var ratePerSecond: Decimal? {
        guard let rate else { return nil }
        let text = rate.hasSuffix("/s") ? String(rate.dropLast(2)) : rate
        guard let number = JSONNumber(parsing: text)?.decimal, number > 0, number <= 1000 else { return nil }
        return number
    }

    func run() async throws {
        try await Reach.database { database, _ in
            let selection = try await selection(database)
            if dryRun { return try await rehearse(selection, database) }
            let replay = try await database.requestReplay(selection, rate: ratePerSecond, isCanary: canary)
            let hasReplayer = try await database.liveInstances(of: "replayer") > 0
            if !hasReplayer {
                Console.say("No replayer is running; it is carried out as soon as one is started.")
            }
            let progress = try await follow(replay.id, database, patience: hasReplayer ? .seconds(5) : .zero)
            answer(progress)
            let stuck = progress.untouched > 0 ? try await database.stuckCount(ofReplay: replay.id) : 0
            if stuck > 0 {
                Console.say(
                    "\(stuck) of them still stand in an error batch of Sage 300 and would stand twice: delete the entries "
                        + "there (`connectorctl why` names the batch), then replay again."
                )
            }
            if wait, progress.failedAgain > 0 {
                throw Reach.failure(1, "\(progress.failedAgain) failed again: `connectorctl dead list`.")
            }
        }
    }

    private func selection(_ database: Database) async throws -> ReplaySelection {
        if all { return .all }
        if let group { return .group(group) }
        if let tenant { return .tenant(try await Reach.tenant(tenant, in: database).tenant) }
        return .failures(ids.compactMap { Int64($0) })
    }

    /// Follows the replay to its end with `--wait`, else only until it has been sent or patience ends.
    private func follow(_ id: Int64, _ database: Database, patience: Duration) async throws -> ReplayProgress
    {
        let deadline = ContinuousClock.now + patience
        var last = ""
        while true {
            let progress = try await database.progress(ofReplay: id)
            let isDecided = progress.isCarriedOut && progress.underWay == 0
            if !output.isJSON || Console.isTerminal {
                let line =
                    "\(progress.replayed) of \(progress.selected) replayed, \(progress.succeeded) succeeded, "
                    + "\(progress.failedAgain) failed again, \(progress.underWay) under way"
                Console.progress(line, last: &last)
            }
            if wait ? isDecided : progress.isCarriedOut || ContinuousClock.now >= deadline {
                Console.endProgress(last)
                return progress
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func rehearse(_ selection: ReplaySelection, _ database: Database) async throws {
        let rehearsal = Rehearsal(database: database)
        var progress = ReplayProgress()
        var failures: [String: Int] = [:]
        for id in try await database.openFailureIDs(selection) {
            guard let failure = try await database.failure(id) else { continue }
            progress.selected += 1
            if let refusal = try await rehearsal.failure(of: failure) {
                progress.failedAgain += 1
                failures[refusal.reason, default: 0] += 1
            } else {
                progress.succeeded += 1
            }
        }
        answer(progress)
        for (reason, count) in failures.sorted(by: { $0.value > $1.value }) {
            Console.say("\(count) × \(reason)")
        }
    }

    private func answer(_ progress: ReplayProgress) {
        if output.isJSON {
            return Console.answer([
                "selected": .int(progress.selected), "replayed": .int(progress.replayed),
                "succeeded": .int(progress.succeeded), "failedAgain": .int(progress.failedAgain),
                "untouched": .int(progress.untouched), "dryRun": .bool(dryRun),
            ])
        }
        let verb = dryRun ? "would succeed" : "succeeded"
        Console.answer(
            "\(progress.selected) selected, \(progress.replayed) replayed, \(progress.succeeded) \(verb), "
                + "\(progress.failedAgain) \(dryRun ? "would fail" : "failed") again, \(progress.untouched) untouched."
        )
    }
}
