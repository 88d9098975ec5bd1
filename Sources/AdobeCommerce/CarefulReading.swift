/// What happens after a page failed for a reason that may lie in one of its rows: a text the store cannot encode,
/// an extension that stumbles over one order (reference Adobe 7). The rows before it are read, the row itself is
/// left out and reported, and reading goes on behind it; none is left out while the store fails at others too.
extension AdobeClient {
    /// Reads what can be read of the first `size` rows, which failed together.
    func carefully(_ listing: Listing, _ size: Int, failed first: AdobeError) async throws(AdobeError) -> Page
    {
        // A store that cannot even say that there is nothing is down; its rows are left alone.
        _ = try await repeatedly(.nothing(of: listing.resource), 1)
        var read = PartialPage(listing.cursor)
        // Of the rows behind those read, so many fail together. The very first is tried alone before anything
        // else: a store that fails at all of them is soon found out.
        var suspects = size
        var step = 1
        while suspects > 0, !read.isLast {
            do throws(AdobeError) {
                let rest = listing.behind(read.cursor)
                // A row that is to be set aside has failed several times.
                read.take(try await step == 1 ? repeatedly(rest, 1) : probe(rest, step), step)
                suspects -= step
            } catch {
                guard error.mayBeOneRow else { return try read.page(elseThrow: error) }
                suspects = step
                if step == 1 { return try await skipFirst(listing, read, failed: error) }
            }
            step = max(suspects / 2, 1)
        }
        // Every row could be read, but not all of them at once.
        memory.pageSizes.shrink(listing.resource, to: read.largestStep)
        return try read.page(elseThrow: first)
    }

    /// What was read, and behind it the one row that fails alone set aside.
    private func skipFirst(
        _ listing: Listing,
        _ read: PartialPage,
        failed error: AdobeError
    ) async throws(AdobeError) -> Page {
        do throws(AdobeError) {
            guard let place = try await placeOfFirstRow(listing.behind(read.cursor)),
                try await printsAnother(listing, than: place),
                try await fails(listing.only(place.entityID))
            else { throw error }
            var page = read
            page.skip(place, error.failureOfOneRow)
            return try page.page(elseThrow: error)
        } catch {
            return try read.page(elseThrow: error)
        }
    }

    /// Whether the store can print any other row: the one behind, the oldest or the newest. Where there is no
    /// other at all, nothing speaks for its being down.
    private func printsAnother(_ listing: Listing, than place: Cursor) async throws(AdobeError) -> Bool {
        let others = listing.others(than: place.entityID)
        for (candidates, isWholeTable) in [
            (listing.behind(place), false), (others, true), (others.newestFirst, true),
        ] {
            do throws(AdobeError) {
                let page = try await probe(candidates, 1)
                if isWholeTable || !page.rows.isEmpty || !page.unreadable.isEmpty { return true }
            } catch {
                guard error.mayBeOneRow else { throw error }
            }
        }
        return false
    }
}

extension Listing {
    /// No row at all.
    fileprivate static func nothing(of resource: DocumentResource) -> Listing {
        Listing(resource, .byIdentifier, [.init("entity_id", .equal, "0")], after: .beginning)
    }

    /// All rows of the table but one, by id.
    fileprivate func others(than entityID: Int64) -> Listing {
        Listing(resource, .byIdentifier, [.init("entity_id", .notEqual, String(entityID))], after: .beginning)
    }

    fileprivate var newestFirst: Listing {
        var listing = self
        listing.isNewestFirst = true
        return listing
    }
}
