import Accounting
import Foundation
import Storage
import Tenancy
import Testing

@testable import Polling

/// When a lane has work.
struct RunScheduleTests {
    private let now = Date(timeIntervalSince1970: 1_767_268_800)

    private func schedule(
        _ schedule: Schedule = .every(seconds: 900),
        open: Set<RunRecord.Cause> = [],
        appliedAt: TimeInterval = -1_000_000,
        last: PollState.Run? = nil,
        first: TimeInterval? = nil,
        sweep: PollState.Run? = nil,
        period: TenantConfiguration.Sweep = .init(every: .day, days: 90)
    ) throws -> RunSchedule {
        var state = PollState(
            tenant: try #require(TenantID("acme")),
            version: 1,
            appliedAt: now.addingTimeInterval(appliedAt),
            asOf: now
        )
        state.open = open
        state.lastRun = last
        state.readSince = first.map { now.addingTimeInterval($0) }
        state.lastSweep = sweep
        return RunSchedule(state: state, schedule: schedule, sweep: period)
    }

    private func run(
        _ started: TimeInterval,
        failed: Bool = false,
        retry: TimeInterval? = nil
    ) -> PollState.Run {
        PollState.Run(
            startedAt: now.addingTimeInterval(started),
            finishedAt: now.addingTimeInterval(started + 10),
            hasFailed: failed,
            retryAt: retry.map { now.addingTimeInterval($0) }
        )
    }

    @Test func lanesMindTheirOwnRuns() throws {
        let busy = try schedule(open: [.backfill], last: run(-60))
        #expect(!busy.hasWork(in: .live))
        #expect(busy.hasWork(in: .background))
        let asked = try schedule(open: [.now], last: run(-60))
        #expect(asked.hasWork(in: .live))
        #expect(!asked.hasWork(in: .background))
        #expect(Set(Lane.allCases.flatMap(\.causes)) == Set(RunRecord.Cause.allCases))
    }

    /// A lane is left alone until then, so it may be early but never late.
    @Test func nextDueIsWhenALaneGetsWork() throws {
        #expect(try schedule(last: run(-60)).nextDue(in: .live) == now.addingTimeInterval(840))
        #expect(
            try schedule(last: run(-60, failed: true, retry: 30)).nextDue(in: .live)
                == now.addingTimeInterval(30)
        )
        #expect(try schedule(last: run(-60)).nextDue(in: .background) == nil)
        #expect(
            try schedule(last: run(-60), first: -3600).nextDue(in: .background)
                == now.addingTimeInterval(86_400 - 3600)
        )
        #expect(
            try schedule(last: run(-60), first: -90_000, sweep: run(-100, failed: true, retry: 20))
                .nextDue(in: .background) == now.addingTimeInterval(20)
        )
    }

    @Test func scheduleMakesARunDue() throws {
        #expect(try schedule().dueCause(in: .live) == .schedule, "one that never ran")
        #expect(try schedule(last: run(-899)).dueCause(in: .live) == nil)
        #expect(try schedule(last: run(-900)).dueCause(in: .live) == .schedule)
    }

    @Test func failedRunComesAgainAfterItsPause() throws {
        let daily = Schedule.every(seconds: 86_400)
        let early = try schedule(daily, last: run(-60, failed: true, retry: 1))
        #expect(early.dueCause(in: .live) == nil)
        let due = try schedule(daily, last: run(-60, failed: true, retry: 0))
        #expect(due.dueCause(in: .live) == .schedule)
        let ended = try schedule(daily, last: run(-60, retry: 0))
        #expect(ended.dueCause(in: .live) == nil, "it did not fail")
    }

    @Test func refusedSignInWaitsForSomebody() throws {
        let daily = Schedule.every(seconds: 86_400)
        let before = try schedule(daily, appliedAt: -100, last: run(-60, failed: true))
        #expect(before.dueCause(in: .live) == nil)
        let after = try schedule(daily, appliedAt: -20, last: run(-60, failed: true))
        #expect(after.dueCause(in: .live) == .schedule, "the file was applied since")
        let meanwhile = try schedule(daily, appliedAt: -55, last: run(-60, failed: true))
        #expect(meanwhile.dueCause(in: .live) == .schedule, "it was applied while the run was failing")
        let worked = try schedule(daily, appliedAt: -20, last: run(-60))
        #expect(worked.dueCause(in: .live) == nil, "nothing had failed")
    }

    @Test func pausesGrowToHalfAnHour() {
        #expect((1...7).map { RunSchedule.pause(afterFailures: $0) } == [60, 120, 240, 480, 960, 1800, 1800])
        #expect(RunSchedule.pause(afterFailures: 0) == 60)
        #expect(RunSchedule.pause(afterFailures: .max) == 1800)
    }

    @Test func whatPassesIsTriedAgainAndTheStoreIsHeeded() {
        func retry(_ failureClass: FailureClass, _ failures: Int, _ asked: Duration? = nil) -> TimeInterval? {
            RunSchedule.retry(after: failureClass, failures: failures, asked: asked)
        }
        #expect(retry(.transient, 1) == 60)
        #expect(retry(.unreachable, 3) == 240)
        #expect(retry(.transient, 1, .seconds(3600)) == 3600, "the store asked to be left alone")
        #expect(retry(.transient, 2, .zero) == 120, "nor does it decide that there is no hurry at all")
        #expect(FailureClass.allCases.filter { retry($0, 1) != nil } == [.transient, .unreachable])
    }

    @Test func sweepFollowsTheFirstRunByAPeriod() throws {
        #expect(try schedule(last: run(-60)).dueCause(in: .background) == nil, "nothing read yet")
        let day: TimeInterval = 86_400
        #expect(try schedule(first: -day + 1).dueCause(in: .background) == nil)
        #expect(try schedule(first: -day).dueCause(in: .background) == .sweep)
        #expect(
            try schedule(first: -9 * day, sweep: run(-day + 1)).dueCause(in: .background) == nil
        )
        #expect(try schedule(first: -9 * day, sweep: run(-day)).dueCause(in: .background) == .sweep)
        let off = TenantConfiguration.Sweep(every: .off, days: 90)
        #expect(try schedule(first: -9 * day, period: off).dueCause(in: .background) == nil)
    }
}
