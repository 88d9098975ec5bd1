import Foundation
import PostgresClient
import Storage
import Testing

/// Who was handling what, and how processes died.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct DeliveryMarkTests {
    private let message = "acme/order/1/1"

    private func handling(_ instance: UUID = UUID()) -> Handling {
        Handling(service: "invoice-worker", instance: instance, host: "here", process: 7, stage: "read")
    }

    @Test func aMarkThatIsClearedIsGone() async throws {
        try await withStore { store in
            let one = handling()
            #expect(try await store.database.openHandlings(of: message).isEmpty)
            try await store.database.mark(message, [one])
            let open = try await store.database.openHandlings(of: message)
            #expect(open.map(\.id) == [one.id])
            #expect(open.map(\.host) == ["here"])
            #expect(abs(try #require(open.first).at.timeIntervalSince(one.at)) < 0.01)
            try await store.database.clearMark(message, one)
            #expect(try await store.count("select count(*) from delivery_marks") == 0)
        }
    }

    @Test func handlingsThatNobodyEndedAreKeptInTurn() async throws {
        try await withStore { store in
            var handlings: [Handling] = []
            for _ in 0..<12 {
                handlings = try await store.database.openHandlings(of: message) + [handling()]
                try await store.database.mark(message, handlings)
            }
            let open = try await store.database.openHandlings(of: message)
            #expect(open.map(\.id) == handlings.suffix(8).map(\.id))
            try await store.database.clearMarks(of: message)
            #expect(try await store.database.openHandlings(of: message).isEmpty)
        }
    }

    @Test("one that lasts is told apart, with its stage")
    func lastingIsMarked() async throws {
        try await withStore { store in
            let (first, second) = (handling(), handling())
            try await store.database.mark(message, [first, second])
            try await store.database.markLasts(message, second, stage: "map")
            let open = try await store.database.openHandlings(of: message)
            #expect(open.map(\.hasLasted) == [false, true])
            #expect(open.map(\.stage) == ["read", "map"])
            // Too late for one that is not the latest any more.
            try await store.database.markLasts(message, first, stage: "map")
            #expect(try await store.database.openHandlings(of: message) == open)
        }
    }

    @Test("one that ends well clears what was before it, and not what another has begun since")
    func endOfAnEarlierOne() async throws {
        try await withStore { store in
            let (dead, alive, later) = (handling(), handling(), handling())
            try await store.database.mark(message, [dead, alive])
            try await store.database.mark(message, [dead, alive, later])
            try await store.database.clearMark(message, alive)
            #expect(try await store.database.openHandlings(of: message).map(\.id) == [later.id])
            try await store.database.clearMark(message, later)
            #expect(try await store.database.openHandlings(of: message).isEmpty)
        }
    }

    private func report(_ instance: UUID, signal: String? = "SIGSEGV") -> CrashReport {
        CrashReport(
            instance: instance,
            service: "invoice-worker",
            host: "here",
            process: 7,
            signal: signal,
            isFromOutside: false,
            diedAt: signal.map { _ in Date(timeIntervalSince1970: 1_764_000_000) },
            trace: "frames"
        )
    }

    @Test func reportsAreKeptOnce() async throws {
        try await withStore { store in
            let (one, other) = (UUID(), UUID())
            #expect(try await store.database.keep(report(one)))
            #expect(try await !store.database.keep(report(one, signal: nil)))
            #expect(try await store.database.keep(report(other, signal: nil)))
            let found = try await store.database.crashReports(of: [one, other, UUID()])
            #expect(found == [one: report(one), other: report(other, signal: nil)])
            #expect(found[one]?.isOwnDoing == true)
            #expect(found[other]?.isOwnDoing == false)
        }
    }

    @Test func oldReportsGo() async throws {
        try await withStore { store in
            _ = try await store.client.query(
                """
                insert into crash_reports (instance, service, host, process, trace, reported_at)
                select gen_random_uuid(), 's', 'h', 1, '', now() - n * interval '1 hour' from generate_series(1, 1500) n
                """
            )
            _ = try await store.database.keep(report(UUID()))
            let left = try await store.count("select count(*) from crash_reports")
            #expect(left == 720 || left == 721)
            _ = try await store.client.query(
                """
                insert into crash_reports (instance, service, host, process, trace)
                select gen_random_uuid(), 's', 'h', 1, '' from generate_series(1, 1500) n
                """
            )
            _ = try await store.database.keep(report(UUID()))
            #expect(try await store.count("select count(*) from crash_reports") == Database.keptCrashReports)
        }
    }

    @Test func theLivingAreKnownByTheirHeartbeat() async throws {
        try await withStore { store in
            let (one, silent) = (UUID(), UUID())
            for instance in [one, silent] {
                try await store.database.announce(instance: instance, name: "x", host: "h", process: 1)
            }
            _ = try await store.client.query(
                "update services set seen_at = now() - interval '11 seconds' where instance = \(silent)"
            )
            #expect(try await store.database.living(among: [one, silent, UUID()]) == [one])
        }
    }
}
