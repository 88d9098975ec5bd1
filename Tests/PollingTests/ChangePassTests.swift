import Foundation
import Storage
import Testing

@testable import AdobeCommerce
@testable import Polling

/// Where a pass begins, how far it reads, and what is remembered of it.
struct ChangePassTests {
    private let noon = Date(timeIntervalSince1970: 1_767_268_800)

    private func pass(_ memory: PollCursor?, at time: TimeInterval = 0) -> ChangePass {
        ChangePass(after: memory, storeTime: noon + time, settle: .seconds(120), overlap: .seconds(600))
    }

    @Test func firstPassReadsEverythingThatHasSettled() {
        let first = pass(nil)
        #expect(first.position == .beginning)
        #expect(first.bound == noon - 120)
        #expect(!first.isResumed && !first.isComplete)
    }

    @Test func nextPassBeginsAnOverlapBeforeTheLastRow() {
        let next = pass(PollCursor(updatedAt: noon - 300, entityID: 7, readUntil: noon - 200))
        #expect(next.position == Cursor(updatedAt: noon - 900))
        #expect(next.bound == noon - 120)
    }

    @Test func nothingIsReadTwiceOnceEverythingHasSettled() {
        let quiet = pass(PollCursor(updatedAt: noon - 9000, entityID: 7, readUntil: noon - 900))
        #expect(quiet.position == Cursor(updatedAt: noon - 9000, entityID: 7))
        // Read until half an hour and an overlap after the last row: not one second less.
        let readUntil = noon - 9000 + 600 + ChangePass.databaseClockTolerance
        #expect(
            pass(PollCursor(updatedAt: noon - 9000, entityID: 7, readUntil: readUntil)).position.entityID == 7
        )
        let early = PollCursor(updatedAt: noon - 9000, entityID: 7, readUntil: readUntil - 1)
        #expect(pass(early).position == Cursor(updatedAt: noon - 9600))
    }

    @Test func clockThatWasWrongOnceProvesNothing() {
        // The last pass ended by a web server that lived a day ahead.
        let wrong = PollCursor(updatedAt: noon - 300, entityID: 7, readUntil: noon + 86_400)
        #expect(pass(wrong).position == Cursor(updatedAt: noon - 900))
    }

    @Test func interruptedPassGoesOnToItsOwnBound() {
        let interrupted = PollCursor(updatedAt: noon - 5000, entityID: 7, passBound: noon - 4000)
        let resumed = pass(interrupted)
        #expect(resumed.isResumed)
        #expect(resumed.position == Cursor(updatedAt: noon - 5000, entityID: 7))
        #expect(resumed.bound == noon - 4000)
        // Nor beyond what has settled, should the clock have been put back.
        #expect(pass(interrupted, at: -4500).bound == noon - 4620)
    }

    @Test func afterAnInterruptionTheNextPassBeginsFurtherBack() {
        var resumed = pass(PollCursor(updatedAt: noon - 5000, entityID: 7, passBound: noon - 4000))
        resumed.take(page([(9, -4500)], isLast: true))
        #expect(resumed.isComplete)
        let back = noon - 4500 - ChangePass.databaseClockTolerance
        #expect(resumed.finalMemory == PollCursor(updatedAt: back, entityID: 0))
        var first = pass(PollCursor(updatedAt: Cursor.beginning.updatedAt, entityID: 0, passBound: noon))
        first.take(page([], isLast: true))
        #expect(first.finalMemory.updatedAt == Cursor.beginning.updatedAt, "never before everything")
    }

    @Test func rowsThatMovedOnLeaveTheCursorWhereItWas() {
        var next = pass(PollCursor(updatedAt: noon - 300, entityID: 7, readUntil: noon - 200))
        // The row at the cursor has been changed since, beyond the bound: the overlap's are all there is.
        next.take(page([(3, -800)], isLast: true))
        #expect(next.finalMemory == PollCursor(updatedAt: noon - 300, entityID: 7))
        #expect(next.memory == PollCursor(updatedAt: noon - 800, entityID: 3))
    }

    private func page(_ rows: [(id: Int64, second: TimeInterval)], isLast: Bool) -> Page {
        Page(
            rows: [],
            unreadable: [],
            isLast: isLast,
            nextCursor: rows.last.map { Cursor(updatedAt: noon + $0.second, entityID: $0.id) } ?? .beginning,
            serverTime: noon
        )
    }
}
