import Accounting
import Foundation
import Glibc
import PostgresClient
import Storage
import Synchronization
import TestBench
import Testing

@testable import ServiceRuntime

/// The list of services that are alive.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(1)))
struct HeartbeatTests {
    private func heartbeat(_ bench: Bench, _ instance: UUID = UUID()) -> Heartbeat {
        Heartbeat(database: bench.database, instance: instance, name: "poller", logger: bench.logger)
    }

    private func seen(_ bench: Bench) async throws -> Int? {
        let live = try await bench.database.liveInstances(of: "poller")
        return live > 0 ? live : nil
    }

    @Test func rowAppearsAndRetiringRemovesIt() async throws {
        try await withBench(hasBroker: false) { bench in
            let heartbeat = heartbeat(bench)
            let beating = Task { await heartbeat.run() }
            let live = try await bench.eventually("a row") { try await seen(bench) }
            #expect(live == 1)
            let row = try #require(
                try await bench.database.client.query("select instance, name, process from services").first
            )
            #expect(try row.get("instance") == heartbeat.instance)
            #expect(try row.get("name") == "poller")
            #expect(try row.get("process") == Int(getpid()))
            beating.cancel()
            await beating.value
            await heartbeat.retire()
            #expect(try await bench.count("select count(*) from services") == 0)
        }
    }

    @Test func instancesAreCountedAndOnlyOnesOwnIsRemoved() async throws {
        try await withBench(hasBroker: false) { bench in
            let (first, second) = (heartbeat(bench), heartbeat(bench))
            let beating = [first, second].map { one in Task { await one.run() } }
            try await bench.eventually("two rows") {
                try await bench.database.liveInstances(of: "poller") == 2 ? true : nil
            }
            for task in beating {
                task.cancel()
                await task.value
            }
            await first.retire()
            #expect(try await bench.database.liveInstances(of: "poller") == 1)
            #expect(try await bench.database.liveInstances(of: "replayer") == 0)
        }
    }

    /// Others would wait for what it cannot do.
    @Test func whoCannotReachTheBrokerIsTakenOffTheList() async throws {
        try await withBench(hasBroker: false) { bench in
            let isFit = Mutex(true)
            let one = Heartbeat(
                database: bench.database,
                instance: UUID(),
                name: "poller",
                logger: bench.logger,
                isFit: { isFit.withLock { $0 } }
            )
            await one.begin()
            let begun = try await bench.database.liveCopies(of: one.instance)
            isFit.withLock { $0 = false }
            await one.beat()
            let cut = try await bench.database.liveCopies(of: one.instance)
            isFit.withLock { $0 = true }
            await one.beat()
            let back = try await bench.database.liveCopies(of: one.instance)
            #expect([begun, cut, back] == [[one.instance], [], [one.instance]])
        }
    }

    /// What was started in the place of a killed copy waits for nobody.
    @Test func aCopyOfThisHostThatIsGoneIsTakenOffTheList() async throws {
        try await withBench(hasBroker: false) { bench in
            let (gone, elsewhere) = (UUID(), UUID())
            let host = ProcessInfo.processInfo.hostName
            // No process has a number that high.
            try await bench.database.announce(instance: gone, name: "poller", host: host, process: 1 << 30)
            try await bench.database.announce(
                instance: elsewhere,
                name: "poller",
                host: "other",
                process: 1 << 30
            )
            let heartbeat = heartbeat(bench)
            await heartbeat.begin()
            let live = try await bench.database.liveCopies(of: heartbeat.instance)
            #expect(Set(live) == [heartbeat.instance, elsewhere])
        }
    }

    @Test func whoIsSilentIsNotAlive() async throws {
        try await withBench(hasBroker: false) { bench in
            let heartbeat = heartbeat(bench)
            let beating = Task { await heartbeat.run() }
            try await bench.eventually("a row") { try await seen(bench) }
            beating.cancel()
            await beating.value
            _ = try await bench.database.client.query(
                "update services set seen_at = seen_at - interval '11 seconds'"
            )
            #expect(try await bench.database.liveInstances(of: "poller") == 0)
        }
    }

    @Test("a database that does not answer stops no heartbeat")
    func heartbeatOutlivesErrors() async throws {
        try await withBench(hasBroker: false) { bench in
            _ = try await bench.database.client.query("alter table services rename to hidden")
            let heartbeat = heartbeat(bench)
            let beating = Task { await heartbeat.run() }
            try await bench.eventually("a line in the log") {
                bench.journal.lines.contains { $0.hasPrefix("heartbeat: ") } ? true : nil
            }
            _ = try await bench.database.client.query("alter table hidden rename to services")
            try await bench.eventually("a row") { try await seen(bench) }
            beating.cancel()
            await beating.value
        }
    }
}
