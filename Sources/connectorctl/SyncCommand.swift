import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Storage
import Tenancy

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Reads a tenant's store now, or documents of certain days again; a poller carries it out."
    )
    @Argument var tenant: String
    @Option(help: "First day of a backfill, created_at in the company's calendar, inclusive.")
    var from: String?
    @Option(help: "Last day of a backfill, inclusive.")
    var to: String?
    @Flag(help: "Return when no document of the run is waiting, posting or in doubt.")
    var wait = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (from == nil) == (to == nil) else { throw ValidationError("--from and --to go together.") }
        for text in [from, to].compactMap({ $0 }) where CalendarDate(text) == nil {
            throw ValidationError("\(text) is not a day such as 2026-01-31.")
        }
        if let from, let to, from > to { throw ValidationError("--from \(from) lies after --to \(to).") }
    }

    func run() async throws {
        try await Reach.database { database, _ in
            let record = try await Reach.tenant(tenant, in: database)
            guard !record.isPaused else {
                throw Reach.failure(
                    2,
                    "Tenant \(tenant) is paused. `connectorctl tenant resume \(tenant)` first."
                )
            }
            do { _ = try TenantFile.parseStored(record.configuration) } catch {
                throw Reach.failure(
                    2,
                    "The tenant file that is in force cannot be read: \(error) Apply it again."
                )
            }
            guard try await database.liveInstances(of: "poller") > 0 else {
                throw Reach.failure(3, "No poller is running. Start `poller`, which carries out the run.")
            }
            let id = try await database.requestRun(
                record.tenant,
                cause: from == nil ? .now : .backfill,
                from: from.flatMap { CalendarDate($0) },
                to: to.flatMap { CalendarDate($0) }
            )
            guard wait else {
                return output.isJSON
                    ? Console.answer(["run": .int(Int(id)), "tenant": .string(tenant)])
                    : Console.answer("Run \(id) was asked for; a poller carries it out.")
            }
            try await follow(id, database)
        }
    }

    /// How long a run that nobody carries out is waited for: a poller that died counts as alive for ten seconds, and
    /// one may be restarted.
    private static let patience = Duration.seconds(20)

    private func follow(_ id: Int64, _ database: Database) async throws {
        var last = ""
        var lastAlive = ContinuousClock.now
        while true {
            let asked = ContinuousClock.now
            guard let run = try await database.run(id) else {
                throw Reach.failure(3, "Run \(id) has vanished.")
            }
            let states = try await database.states(ofRun: id)
            let underWay = states.filter { $0.key.isUnderWay }.values.reduce(0, +)
            if !output.isJSON || Console.isTerminal { Console.progress(line(run, states), last: &last) }
            if run.finishedAt != nil, underWay == 0 {
                Console.endProgress(last)
                return try conclude(run, states)
            }
            if run.state == .failed {
                Console.endProgress(last)
                return try conclude(run, states)
            }
            if run.finishedAt == nil, try await !isWorkedOn(run, database, &lastAlive) {
                Console.endProgress(last)
                throw Reach.failure(
                    3,
                    "No poller is running any more; run \(id) goes on once one is started."
                )
            }
            // Counting a million documents takes its time: not more than a tenth of the database's.
            try await Task.sleep(for: max(.milliseconds(300), (ContinuousClock.now - asked) * 10))
        }
    }

    private func isWorkedOn(
        _ run: RunRecord,
        _ database: Database,
        _ lastAlive: inout ContinuousClock.Instant
    ) async throws -> Bool {
        guard try await database.tenant(run.tenant)?.isPaused == false else {
            throw Reach.failure(
                2,
                "Tenant \(run.tenant) was paused; run \(run.id) goes on after `connectorctl tenant resume \(run.tenant)`."
            )
        }
        if try await database.liveInstances(of: "poller") > 0 { lastAlive = .now }
        return ContinuousClock.now - lastAlive < Self.patience
    }

    private func line(_ run: RunRecord, _ states: [DocumentState: Int]) -> String {
        let counts = DocumentState.allCases.compactMap { state in
            states[state].map { "\($0) \(state.rawValue)" }
        }
        let stage = run.finishedAt == nil ? "reading the store" : "read"
        return "run \(run.id): \(stage), \(run.documents) published; \(counts.joined(separator: ", "))"
    }

    private func conclude(_ run: RunRecord, _ states: [DocumentState: Int]) throws {
        let dead = states[.dead] ?? 0
        if output.isJSON {
            var counts = JSONObject()
            for state in DocumentState.allCases { counts[state.rawValue] = .int(states[state] ?? 0) }
            Console.answer([
                "run": .int(Int(run.id)), "tenant": .string(run.tenant.name),
                "state": .string(run.state.rawValue),
                "published": .int(run.documents), "documents": .object(counts),
                "unreadable": .int(run.unreadable), "error": run.error.map(JSON.string) ?? .null,
            ])
        } else {
            Console.answer(
                "Run \(run.id) is \(run.state.rawValue): \(run.documents) documents published, \(dead) dead."
            )
        }
        if let error = run.error {
            let again = run.retryAt.map { " It is tried again by itself at \(Console.time($0))." } ?? ""
            throw Reach.failure(1, error + again)
        }
        if run.unreadable > 0 {
            throw Reach.failure(
                1,
                "\(run.unreadable) rows of the store cannot be read: `connectorctl dead list` says which, and why."
            )
        }
        if dead > 0 {
            throw Reach.failure(
                1,
                "\(dead) documents are dead-lettered: `connectorctl dead list --tenant \(run.tenant)`."
            )
        }
    }
}
