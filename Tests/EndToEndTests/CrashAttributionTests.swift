import ExactJSON
import Foundation
import Glibc
import PostgresClient
import Testing

extension EndToEnd {
    /// A document that kills its worker is set aside; whoever kills workers at random sets nothing aside.
    @Suite struct CrashAttribution {
        private static let kills = Rig.size("TEST_KILLS", 30)

        @Test(.timeLimit(.minutes(4)))
        func `a document in hand when its worker dies twice is set aside with the trace`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 30,
                    services: ["poller", "customer-worker", "replayer"]
                ) { $0.maximumEntries = 50 }
                try await eventually("all orders are published") {
                    let waiting = try await stage.states(kind: "order")["waiting", default: 0]
                    let open = try await stage.peek(
                        "select id from runs where state in ('requested', 'running')"
                    )
                    return (waiting > 10 && open.isEmpty).orNil
                }
                let culprit = try await Culprit(on: stage)
                // Its worker dies with all of them in hand, so that they are redelivered.
                try await culprit.holding { await culprit.dies(after: .seconds(3)) }
                let deaths = try await [culprit.diesInHand(), culprit.diesInHand()]
                try stage.start("invoice-worker")
                try await stage.settled(within: .seconds(90))

                let dead = try await eventually("its letter is taken in") { () -> [JSON]? in
                    let letters = try await stage.deadLetters()
                    return letters.isEmpty ? nil : letters
                }
                #expect(dead.map { $0["class"]?.string } == ["crash"])
                #expect(dead.map { $0["document"]?.string } == [culprit.document])
                try await books.agree(except: [culprit.document])
                let why = try await stage.ask("why", "acme", culprit.document)
                let reason = try #require(dead.first?["reason"]?.string)
                for process in deaths { #expect(reason.contains("process \(process),"), "\(reason)") }
                #expect(why["events"]?.array?.contains { $0["detail"]?.string == reason } == true)
                let kept = try #require(try await stage.peek("select message from failures").first)
                let trace = try #require(
                    try JSON(parsing: try kept.get("message", as: String.self))["trace"]?.string
                )
                #expect(trace.matches(of: /killed from outside \(no trace\)/).count == 2)
                #expect(trace.contains("stage: read, for longer than a second"))
                await culprit.end()
            }
        }

        @Test(.timeLimit(.minutes(kills > 60 ? 120 : 5)))
        func `workers killed at random set nothing aside`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: max(90, Self.kills * 3),
                    sage: Crashes.slowSage,
                    services: ["poller", "customer-worker", "replayer"]
                ) { $0.maximumEntries = 10 }
                try await stage.begun()
                try stage.start("invoice-worker")
                var (marked, longest) = (0, 0)
                let kills = try await stage.disturbed(times: Self.kills, every: 150...900, seed: 4242) { _ in
                    for program in stage.running("invoice-worker") { program.kill() }
                    let row = try await stage.peek(
                        "select count(*) as left_over, coalesce(max(count), 0) as longest from delivery_marks"
                    ).first
                    marked += try row?.get("left_over", as: Int.self) ?? 0
                    longest = max(longest, try row?.get("longest", as: Int.self) ?? 0)
                    try stage.start("invoice-worker")
                }
                #expect(kills >= min(20, Self.kills), "the work was done too soon for this test to mean much")
                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")
                try await books.agree()
                Rig.report(
                    "\(kills) kills at random: \(marked) hit a mark, at most \(longest) in a row, nothing was set aside"
                )
            }
        }
    }
}

/// One order that a test lets workers die of: whoever marks it stops until the test says so, and then cannot go on reading.
private struct Culprit {
    let stage: Stage
    let document: String
    let message: String
    private let client: PostgresClient
    /// Taken by the database whenever this order's message is marked.
    private let gate: Int64 = 4_242_424

    init(on stage: Stage) async throws {
        self.stage = stage
        client = PostgresClient(
            configuration: PostgresConfiguration(uri: stage.databaseURL, applicationName: "culprit")
        )
        let row = try #require(
            try await client.query(
                """
                select document, 'acme/order/' || source_id || '/' || revision as message from documents
                where kind = 'order' and state = 'waiting' order by source_id offset 4 limit 1
                """
            ).first
        )
        document = try row.get("document")
        message = try row.get("message")
        try await client.execute(
            script: """
                create function stop_at_gate() returns trigger language plpgsql as $$
                begin
                    if new.message_id = '\(message)' then perform pg_advisory_xact_lock_shared(\(gate)); end if;
                    return new;
                end $$;
                create trigger gate before insert on delivery_marks for each row execute function stop_at_gate();
                """
        )
    }

    func end() async { await client.close() }

    /// Runs `body` while nobody can read a document.
    func holding(_ body: () async throws -> Void) async throws {
        try await client.transaction { transaction in
            _ = try await transaction.query("lock table documents in access exclusive mode")
            try await body()
        }
    }

    func dies(after time: Duration) async {
        do {
            let worker = try stage.start("invoice-worker")
            try await worker.says("ready")
            try await Task.sleep(for: time)
            worker.kill()
            try await worker.end()
        } catch {
            Issue.record("\(error)")
        }
    }

    /// A worker begins with the order, is kept at it for longer than a second, and dies.
    /// - Returns: its number.
    func diesInHand() async throws -> Int32 {
        let lock = try #require(try await client.tryAdvisoryLock(gate))
        let worker = try stage.start("invoice-worker")
        try await eventually("the worker comes to the order") {
            try await client.query(
                "select 1 from pg_locks where locktype = 'advisory' and objid = \(gate)::oid and not granted"
            ).isEmpty ? nil : ()
        }
        try await holding {
            await lock.release()
            // Its own mark: the one of who died before has lasted, too.
            try await eventually("it has the order in hand for long") {
                let row = try await client.query(
                    """
                    select (handlings -> -1 ->> 'lasted')::boolean as lasted from delivery_marks
                    where message_id = \(message) and (handlings -> -1 ->> 'process')::integer = \(Int(worker.pid))
                    """
                ).first
                return (try row?.get("lasted", as: Bool.self) == true).orNil
            }
            worker.kill()
            try await worker.end()
        }
        return worker.pid
    }
}
