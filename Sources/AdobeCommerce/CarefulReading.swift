import Accounting
import Foundation

/// What happens after a page failed for a reason that may lie in one of its rows: a text the store cannot encode,
/// an extension that stumbles over one order (reference Adobe 7). The rows before it are read, the row itself is
/// left out and reported, and reading goes on behind it; none is left out while the store fails at others too.
extension AdobeClient {
    /// Reads what can be read of the first `size` rows, which failed together.
    func carefully(_ listing: Listing, _ size: Int, failed first: AdobeError) async throws(AdobeError) -> Page
    {
        var read = PartialPage(listing.cursor)
        // Of the rows behind those read, so many fail together. The very first is tried alone before anything
        // else: a store that is broken altogether is soon left alone.
        var suspects = size
        var step = 1
        while suspects > 0, !read.isLast {
            do throws(AdobeError) {
                let rest = listing.behind(read.cursor)
                read.take(step == 1 ? try await repeatedly(rest, 1) : try await request(rest, step), step)
                suspects -= step
            } catch {
                guard error.mayBeOneRow else { return try read.page(elseThrow: error) }
                suspects = step
                if step == 1 { return try await skipFirst(listing, read, failed: error) }
            }
            step = max(suspects / 2, 1)
        }
        // Every row could be read, but not all of them at once.
        pageSizes.shrink(listing.resource, to: read.largestStep)
        return try read.page(elseThrow: first)
    }

    /// What was read, and behind it the one row that fails alone set aside.
    private func skipFirst(
        _ listing: Listing,
        _ read: PartialPage,
        failed error: AdobeError
    ) async throws(AdobeError) -> Page {
        do throws(AdobeError) {
            if read.rows.isEmpty {
                guard try await readsAnyRow(listing.resource) else { throw error }
            }
            guard let place = try await placeOfFirstRow(listing.behind(read.cursor)) else { throw error }
            var page = read
            page.skip(place, error.failureOfOneRow)
            return try page.page(elseThrow: error)
        } catch {
            return try read.page(elseThrow: error)
        }
    }

    /// Whether the store can print any document of that kind: the oldest, or one of those above some round ids.
    private func readsAnyRow(_ resource: DocumentResource) async throws(AdobeError) -> Bool {
        var from: Int64 = 0
        while from < Listing.largestIdentifier {
            do throws(AdobeError) {
                let start = Cursor(updatedAt: Cursor.beginning.updatedAt, entityID: from)
                let page = try await request(Listing(resource, .byIdentifier, [], after: start), 1)
                return !page.rows.isEmpty
            } catch {
                guard error.mayBeOneRow else { throw error }
            }
            from = max(from * 10, 10)
        }
        return false
    }
}

/// Rows of a page as they come in.
private struct PartialPage {
    private(set) var rows: [ChangedRow] = []
    private(set) var unreadable: [UnreadableRow] = []
    private(set) var cursor: Cursor
    private(set) var isLast = false
    /// Most rows that came at once.
    private(set) var largestStep = 1
    private var serverTime: Date?

    init(_ start: Cursor) { cursor = start }

    mutating func take(_ page: Page, _ step: Int) {
        rows += page.rows
        unreadable += page.unreadable
        cursor = page.nextCursor
        isLast = page.isLast
        serverTime = page.serverTime ?? serverTime
        largestStep = max(largestStep, step)
    }

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
