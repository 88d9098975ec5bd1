import Accounting
import Foundation
import Storage
import Tenancy
import TestBench
import Testing

@testable import AdobeCommerce
@testable import Polling

/// At which gate a document stands that has not been seen.
struct UnseenFactsTests {
    private let now = Date(timeIntervalSince1970: 1_767_268_800)

    private func facts(_ change: (inout PollState) -> Void = { _ in }) throws -> UnseenFacts {
        let tenant = try #require(TenantID("acme"))
        var plan = TenantPlan()
        plan.schedule = "{every: 15m}"
        var state = PollState(tenant: tenant, version: 1, appliedAt: now - 90_000, asOf: now)
        state.lastRun = PollState.Run(
            startedAt: now - 300,
            finishedAt: now - 290,
            hasFailed: false,
            retryAt: nil
        )
        change(&state)
        return UnseenFacts(
            number: "000000042",
            tenant: try TenantFile.parse(plan.file(of: tenant)),
            state: state,
            settle: .seconds(120),
            now: now
        )
    }

    private func sighting(changed: TimeInterval, created: TimeInterval? = nil) -> UnseenFacts.Sighting {
        UnseenFacts.Sighting(
            resource: .orders,
            createdAt: now + (created ?? changed),
            updatedAt: now + changed,
            storeTime: now
        )
    }

    /// Read to seven minutes ago.
    private var cursor: PollCursor { PollCursor(updatedAt: now - 3600, entityID: 41, readUntil: now - 420) }

    @Test(
        "the gate follows from when it changed and how far was read",
        arguments: [
            (-60, UnseenDocument.Gate.settling), (-119, .settling), (-121, .notYetDue), (-419, .notYetDue),
            (-420, .behindCursor), (-90_000, .behindCursor),
        ]
    )
    func gateByTime(_ changed: Int, _ gate: UnseenDocument.Gate) throws {
        #expect(try facts().place(sighting(changed: TimeInterval(changed)), cursor: cursor).gate == gate)
    }

    @Test func nothingReadYet() throws {
        let unread = try facts { $0.lastRun = nil }.place(sighting(changed: -3600), cursor: nil)
        #expect(unread.gate == .noRunYet)
        #expect(unread.next.contains("due now") && unread.next.contains("sync acme"))
    }

    @Test func firstReadingByIdSaysNothingOfTimes() throws {
        var loading = cursor
        loading.loadPosition = 700
        #expect(try facts().place(sighting(changed: -90_000), cursor: loading).gate == .noRunYet)
    }

    @Test func passUnderWayCountsAsFarAsItIs() throws {
        var passing = cursor
        passing.passBound = now - 120
        #expect(try facts().place(sighting(changed: -3700), cursor: passing).gate == .behindCursor)
        #expect(try facts().place(sighting(changed: -1000), cursor: passing).gate == .notYetDue)
    }

    @Test func failedRunIsNamedAndWhoMendsIt() throws {
        let failed = try facts {
            $0.lastRun = PollState.Run(
                startedAt: now - 30,
                finishedAt: now - 20,
                hasFailed: true,
                retryAt: nil
            )
        }.place(sighting(changed: -200), cursor: cursor)
        #expect(failed.gate == .runFailed)
        #expect(failed.next.contains("waits for somebody"))
        let again = try facts {
            $0.lastRun = PollState.Run(
                startedAt: now - 30,
                finishedAt: now - 20,
                hasFailed: true,
                retryAt: now + 40
            )
        }.place(sighting(changed: -200), cursor: cursor)
        #expect(again.gate == .runFailed)
        #expect(again.next.contains((now + 40).formatted(.iso8601)))
    }

    @Test func pausedTenantIsSaidBeforeAnythingElse() throws {
        let paused = try facts { $0.isPaused = true }
        for changed in [-60.0, -300, -90_000] {
            let place = paused.place(sighting(changed: changed), cursor: cursor)
            #expect(place.gate == .paused)
            #expect(place.next.contains("tenant resume acme"))
        }
        #expect(paused.silent("no answer.").gate == .paused)
    }

    @Test func whatLiesBehindIsTakenUpByItsDay() throws {
        // 2026-01-01 12:00 UTC less 90,000 s is 2025-12-31 11:00 UTC: the company's 31 December.
        let behind = try facts().place(sighting(changed: -500, created: -90_000), cursor: cursor)
        #expect(behind.next.contains("sync acme --from 2025-12-31 --to 2025-12-31"))
    }

    @Test func unreadableDocumentSaysWhatIsWrongWithIt() throws {
        let failure = Failure(
            .document,
            code: "x",
            reason: "Its date is no date.",
            nextStep: "Mend it there."
        )
        let unreadable = try facts().unreadable(.orders, failure)
        #expect(unreadable.gate == .unreadable && unreadable.next == "Mend it there.")
        #expect(unreadable.reason.contains("Its date is no date."))
    }

    @Test func silenceAndAbsenceSayWhatToDo() throws {
        let silent = try facts().silent("The store is in maintenance.")
        #expect(silent.gate == .storeSilent)
        #expect(silent.reason.contains("maintenance") && silent.next.contains("The next run is due"))
        let absent = try facts().notInStore
        #expect(absent.gate == .notInStore && absent.reason.contains("000000042"))
    }
}
