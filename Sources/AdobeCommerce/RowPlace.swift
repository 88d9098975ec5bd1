import Foundation

/// Where the first row of a listing is, when the store fails at printing it.
extension AdobeClient {
    /// The place of the first row, if it is that row alone the store cannot print; nil when it can after all, or
    /// when there is none any more.
    ///
    /// Some rows can still say where they are, as long as the rest of them is not asked for. Of the others only
    /// this is known: whatever stretch they lie in fails, and an empty one does not.
    func placeOfFirstRow(_ listing: Listing) async throws(AdobeError) -> Cursor? {
        do throws(AdobeError) {
            let outline = try await probe(listing.outline, 1)
            // It says where it is, even if nothing else of it can be read.
            let place = outline.nextCursor
            guard place != listing.cursor else { return nil }
            return try await fails(listing.only(place.entityID), isSure: true) ? place : nil
        } catch {
            guard error.mayBeOneRow else { throw error }
        }
        var stretch = listing
        if listing.order == .byChange {
            guard let second = try await secondOfFirstRow(listing) else { return nil }
            stretch = listing.within(second)
        }
        guard let row = try await identifierOfFirstRow(stretch) else { return nil }
        let isSure = try await fails(stretch.outline.upTo(identifier: row), isSure: true)
        return isSure ? Cursor(updatedAt: stretch.cursor.updatedAt, entityID: row) : nil
    }

    private func identifierOfFirstRow(_ listing: Listing) async throws(AdobeError) -> Int64? {
        let start = listing.cursor.entityID
        guard start < Listing.largestIdentifier else { return nil }
        let distance = try await smallest(upTo: Listing.largestIdentifier - start) {
            (length) async throws(AdobeError) in
            try await fails(listing.outline.upTo(identifier: start + length))
        }
        return distance.map { start + $0 }
    }

    private func secondOfFirstRow(_ listing: Listing) async throws(AdobeError) -> Date? {
        let start = listing.cursor.updatedAt
        // The first distance of 1 stands for the cursor's own second.
        let end = Int64(UTCTime.wholeSeconds(serverTime) - UTCTime.wholeSeconds(start)) + 86_400
        let distance = try await smallest(upTo: max(end, 1)) { (length) async throws(AdobeError) in
            let second = start.addingTimeInterval(TimeInterval(length - 1))
            return try await fails(listing.outline.upTo(second: second))
        }
        return distance.map { start.addingTimeInterval(TimeInterval($0 - 1)) }
    }

    /// True when the store fails at the first row of a listing, false when there is no row or it can be read.
    /// - Parameter isSure: a single failure may have passed by tomorrow; several in a row are believed.
    func fails(_ listing: Listing, isSure: Bool = false) async throws(AdobeError) -> Bool {
        do throws(AdobeError) {
            _ = try await isSure ? repeatedly(listing, 1) : probe(listing, 1)
            return false
        } catch {
            guard error.mayBeOneRow else { throw error }
            return true
        }
    }

    /// The smallest length from 1 that fails, by doubling and halving; nil when even the longest does not.
    private func smallest(
        upTo longest: Int64,
        fails: (Int64) async throws(AdobeError) -> Bool
    ) async throws(AdobeError) -> Int64? {
        var (good, bad): (Int64, Int64) = (0, 1)
        while try await !fails(bad) {
            guard bad < longest else { return nil }
            good = bad
            bad = min(bad * 2, longest)
        }
        while bad - good > 1 {
            let middle = good + (bad - good) / 2
            if try await fails(middle) { bad = middle } else { good = middle }
        }
        return bad
    }
}

extension Listing {
    /// More than any id of Adobe's: `int unsigned`.
    static let largestIdentifier: Int64 = 1 << 33

    /// Nothing but what the cursor needs.
    var outline: Listing {
        var listing = self
        listing.projection = Projection([resource.identifier, "created_at"])
        return listing
    }

    /// That row alone.
    func only(_ entityID: Int64) -> Listing {
        var listing = Listing(
            resource,
            .byIdentifier,
            [.init("entity_id", .equal, String(entityID))],
            after: Cursor(updatedAt: cursor.updatedAt)
        )
        listing.projection = projection
        return listing
    }

    fileprivate func upTo(identifier: Int64) -> Listing {
        bounded(.init("entity_id", .lessOrEqual, String(identifier)))
    }

    fileprivate func upTo(second: Date) -> Listing { bounded(.changed(upTo: second)) }

    /// The rows of that second, by id.
    fileprivate func within(_ second: Date) -> Listing {
        let time = UTCTime.adobeText(second)
        var listing = self
        listing.order = .byIdentifier
        listing.bounds += [.init("updated_at", .equal, time)]
        listing.cursor = Cursor(
            updatedAt: second,
            entityID: second == cursor.updatedAt ? cursor.entityID : 0
        )
        return listing
    }

    private func bounded(_ bound: SearchCriteria.Filter) -> Listing {
        var listing = self
        listing.bounds.append(bound)
        return listing
    }
}
