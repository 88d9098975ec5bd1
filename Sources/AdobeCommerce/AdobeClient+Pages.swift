public import Foundation

extension AdobeClient {
    /// Orders that changed behind `cursor` and not later than `bound`, by `(updated_at, entity_id)`.
    ///
    /// `bound` is to lie behind the store's clock by the settling delay: a row becomes visible some time after
    /// the moment it is stamped with (reference Adobe 2.6).
    public func changedOrders(
        after cursor: Cursor,
        upTo bound: Date,
        pageSize: Int
    ) async throws(AdobeError) -> Page {
        try await page(.orders(.byChange, [.changed(upTo: bound)], after: cursor), pageSize: pageSize)
    }

    /// Customers that changed behind `cursor` and not later than `bound`, by `(updated_at, entity_id)`.
    public func changedCustomers(
        after cursor: Cursor,
        upTo bound: Date,
        pageSize: Int
    ) async throws(AdobeError) -> Page {
        try await page(.customers(.byChange, [.changed(upTo: bound)], after: cursor), pageSize: pageSize)
    }

    /// Orders placed from `from` to before `to`, by `entity_id`, behind `entityID`: for backfills and sweeps.
    public func ordersCreated(
        from: Date,
        to: Date,
        after entityID: Int64 = 0,
        pageSize: Int
    ) async throws(AdobeError) -> Page {
        let cursor = Cursor(updatedAt: from, entityID: entityID)
        let range = SearchCriteria.Filter.created(from: from, to: to)
        return try await page(.orders(.byIdentifier, range, after: cursor), pageSize: pageSize)
    }

    /// Customers made from `from` to before `to`, by id, behind `customerID`.
    public func customersCreated(
        from: Date,
        to: Date,
        after customerID: Int64 = 0,
        pageSize: Int
    ) async throws(AdobeError) -> Page {
        let cursor = Cursor(updatedAt: from, entityID: customerID)
        let range = SearchCriteria.Filter.created(from: from, to: to)
        return try await page(.customers(.byIdentifier, range, after: cursor), pageSize: pageSize)
    }

    /// One page, retried, with fewer rows where the store cannot manage them, and past one row it cannot print.
    private func page(_ listing: Listing, pageSize: Int) async throws(AdobeError) -> Page {
        do throws(AdobeError) {
            return try await configuration.retry.run { () async throws(AdobeError) in
                try await self.request(listing, listing.projection, pageSize)
            }
        } catch {
            if case .pageSizeRefused(let maximum) = error.cause, maximum < pageSize {
                return try await request(listing, listing.projection, maximum)
            }
            guard error.mayBePageSize else { throw error }
            return try await smallerPage(listing, pageSize, failed: error)
        }
    }

    /// Halves the page until the store answers. One text that the store cannot encode makes a whole page fail
    /// with 500 (reference Adobe 7); its id can still be read then, so that row alone is stepped over. If not
    /// even ids can be read, it is the store that is broken, and nothing is skipped.
    private func smallerPage(
        _ listing: Listing,
        _ pageSize: Int,
        failed first: AdobeError
    ) async throws(AdobeError) -> Page {
        let outline = first.mayBeOneRow ? try await outline(of: listing, pageSize) : nil
        var size = min(pageSize, outline?.rows.count ?? pageSize)
        guard size > 0 else { throw first }
        // A store that is merely slow is not asked a seventh and eighth time.
        let smallest = outline == nil ? max(1, size / 8) : 1
        var last = first
        repeat {
            size = max(1, size / 2)
            do throws(AdobeError) {
                return try await request(listing, listing.projection, size)
            } catch {
                guard error.mayBePageSize else { throw error }
                last = error
            }
        } while size > smallest
        guard last.mayBeOneRow, let outline, let suspect = outline.rows.first else { throw last }
        return Page(
            rows: [],
            unreadable: [
                UnreadableRow(
                    entityID: suspect.entityID,
                    content: UTCTime.adobeText(suspect.updatedAt),
                    failure: last.failureOfOneRow
                )
            ],
            isLast: outline.isLast && outline.rows.count == 1,
            nextCursor: suspect.cursor,
            serverTime: outline.serverTime
        )
    }

    /// The same page with nothing but what the cursor needs.
    private func outline(of listing: Listing, _ pageSize: Int) async throws(AdobeError) -> Page {
        try await request(listing, Projection([listing.identifier, "created_at"]), pageSize)
    }

    private func request(
        _ listing: Listing,
        _ projection: Projection,
        _ pageSize: Int
    ) async throws(AdobeError) -> Page {
        var query = listing.criteria(pageSize: pageSize).query
        query["fields"] = "items[\(projection.fields),updated_at]"
        let answer = try await get(listing.resource, query)
        return try ListingReading(listing: listing, pageSize: pageSize).page(answer)
    }
}

extension SearchCriteria.Filter {
    static func changed(upTo bound: Date) -> Self {
        .init("updated_at", .lessOrEqual, UTCTime.adobeText(bound))
    }

    static func created(from: Date, to: Date) -> [Self] {
        [
            .init("created_at", .greaterOrEqual, UTCTime.adobeText(from)),
            .init("created_at", .less, UTCTime.adobeText(to)),
        ]
    }
}

extension Listing {
    static func orders(_ order: Order, _ bounds: [SearchCriteria.Filter], after cursor: Cursor) -> Listing {
        Listing(
            resource: .orders,
            identifier: "entity_id",
            projection: .order,
            order: order,
            bounds: bounds,
            cursor: cursor
        )
    }

    static func customers(_ order: Order, _ bounds: [SearchCriteria.Filter], after cursor: Cursor) -> Listing
    {
        Listing(
            resource: .customers,
            identifier: "id",
            projection: .customer,
            order: order,
            bounds: bounds,
            cursor: cursor
        )
    }
}
