import AdobeCommerce
import Foundation
import Storage

/// One pass over what changed in a resource of a store: where it begins, where it is, when it is complete. Pure.
///
/// A pass reads upwards by `(updated_at, entity_id)` to a bound that lies behind the store's own clock, because a
/// row becomes visible some time after the moment it is stamped with (reference Adobe 2.6). The next pass begins
/// an overlap before the last row of this one, for rows that come later still.
struct ChangePass: Sendable {
    /// How wrong the store's database may have its time against the store's web servers, whose `Date` the bound
    /// is taken from.
    static let databaseClockTolerance: TimeInterval = 1800

    /// How far the pass reads, by the store's clock.
    let bound: Date
    /// The last row it has seen, or where it began.
    private(set) var position: Cursor
    /// Where the pass before had read to.
    private let furthest: Cursor
    /// Goes on with a pass that was interrupted.
    let isResumed: Bool
    /// True once everything up to the bound was read.
    private(set) var isComplete = false

    /// The next pass after what is remembered, or the one under way again.
    /// - Parameters:
    ///   - memory: as `Database.cursor(of:resource:)` has it; nil before the first pass.
    ///   - storeTime: the store's clock now.
    ///   - settle: how far behind the clock rows may still be missing.
    ///   - overlap: how much is read again.
    init(after memory: PollCursor?, storeTime: Date, settle: Duration, overlap: Duration) {
        let latest = storeTime.addingTimeInterval(-settle.seconds)
        guard let memory else {
            (bound, position, furthest, isResumed) = (latest, .beginning, .beginning, false)
            return
        }
        furthest = Cursor(updatedAt: memory.updatedAt, entityID: memory.entityID)
        if let interrupted = memory.passBound {
            // As if it had not been interrupted: what came in late meanwhile is the next overlap's.
            (bound, position, isResumed) = (min(interrupted, latest), furthest, true)
            return
        }
        (bound, isResumed) = (latest, false)
        // Where nothing has moved for so long that whatever was stamped before is visible, nothing is read twice. A
        // clock that was wrong when the last pass ended proves nothing.
        let settled = memory.readUntil.map {
            min($0, latest).addingTimeInterval(-overlap.seconds - Self.databaseClockTolerance)
        }
        if let settled, memory.updatedAt <= settled {
            position = furthest
        } else {
            position = Cursor(updatedAt: memory.updatedAt.addingTimeInterval(-overlap.seconds))
        }
    }

    /// Takes the page that lies behind `position`.
    mutating func take(_ page: Page) {
        position = max(position, page.nextCursor)
        isComplete = page.isLast
    }

    /// `position`, to be remembered with the page that led there.
    var memory: PollCursor { PollCursor(updatedAt: position.updatedAt, entityID: position.entityID) }

    /// What is remembered at the end: rows of the overlap that have moved on since leave the cursor where it was.
    ///
    /// An interrupted pass has gone on long after it began. Where the database's clock is behind, its bound did not
    /// hold back what was stamped meanwhile, and rows that came late lie further back than an overlap.
    var finalMemory: PollCursor {
        let last = max(position, furthest)
        guard isResumed else { return PollCursor(updatedAt: last.updatedAt, entityID: last.entityID) }
        let back = last.updatedAt.addingTimeInterval(-Self.databaseClockTolerance)
        return PollCursor(updatedAt: max(back, Cursor.beginning.updatedAt), entityID: 0)
    }
}

extension Duration {
    /// Whole and fractional seconds; never used for money.
    var seconds: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
