import Accounting
import Foundation

/// Rows of a page as they come in.
struct PartialPage: Sendable {
    private(set) var rows: [ChangedRow] = []
    private(set) var unreadable: [UnreadableRow] = []
    private(set) var cursor: Cursor
    private(set) var isLast = false
    /// Most rows that came at once.
    private(set) var largestStep = 1
    private var serverTime: Date?

    init(_ start: Cursor) { cursor = start }

    /// Adds what a request for `step` rows brought.
    mutating func take(_ page: Page, _ step: Int) {
        rows += page.rows
        unreadable += page.unreadable
        cursor = page.nextCursor
        isLast = page.isLast
        serverTime = page.serverTime ?? serverTime
        largestStep = max(largestStep, step)
    }

    /// Sets the row at `place` aside.
    mutating func skip(_ place: Cursor, _ failure: Failure) {
        let content = UTCTime.adobeText(place.updatedAt)
        unreadable.append(UnreadableRow(entityID: place.entityID, content: content, failure: failure))
        cursor = place
    }

    /// All of it as a page; the error if there is nothing.
    func page(elseThrow error: AdobeError) throws(AdobeError) -> Page {
        guard isLast || !rows.isEmpty || !unreadable.isEmpty else { throw error }
        return Page(
            rows: rows,
            unreadable: unreadable,
            isLast: isLast,
            nextCursor: cursor,
            serverTime: serverTime
        )
    }
}
