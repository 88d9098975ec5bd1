public import Foundation

extension AdobeClient {
    /// Documents that changed behind `cursor` and not later than `bound`, by `(updated_at, entity_id)`.
    ///
    /// `bound` is to lie behind the store's clock by the settling delay: a row becomes visible some time after
    /// the moment it is stamped with (reference Adobe 2.6).
    /// - Parameter pageSize: rows at most; fewer while the store manages no more.
    public func changed(
        _ resource: DocumentResource,
        after cursor: Cursor,
        upTo bound: Date,
        pageSize: Int
    ) async throws(AdobeError) -> Page {
        try await page(.changes(resource, after: cursor, upTo: bound), pageSize: pageSize)
    }

    /// Documents by `entity_id`, behind `entityID`: for backfills and sweeps.
    /// - Parameters:
    ///   - createdFrom: leaves out what was made before.
    ///   - createdBefore: leaves out what was made then or later.
    public func listed(
        _ resource: DocumentResource,
        createdFrom: Date? = nil,
        createdBefore: Date? = nil,
        after entityID: Int64 = 0,
        pageSize: Int
    ) async throws(AdobeError) -> Page {
        let bounds: [SearchCriteria.Filter?] = [
            createdFrom.map { .created(from: $0) }, createdBefore.map { .created(before: $0) },
        ]
        let cursor = Cursor(updatedAt: createdFrom ?? Cursor.beginning.updatedAt, entityID: entityID)
        let listing = Listing(resource, .byIdentifier, bounds.compactMap { $0 }, after: cursor)
        return try await page(listing, pageSize: pageSize)
    }

    /// One page, retried, with fewer rows where the store cannot manage them, with more where none of them says
    /// where to go on from, and past a row the store cannot print.
    func page(_ listing: Listing, pageSize: Int) async throws(AdobeError) -> Page {
        let sizes = memory.pageSizes
        var size = sizes.size(of: listing.resource, asked: pageSize)
        var stuck: (size: Int, error: AdobeError)?
        while true {
            do throws(AdobeError) {
                let page = try await repeatedly(listing, size)
                let isFull = page.rows.count + page.unreadable.count >= size
                sizes.succeeded(listing.resource, with: size, asked: pageSize, isFull: isFull)
                return page
            } catch {
                if error.mayBeOneRow { return try await carefully(listing, size, failed: error) }
                if error.cause == .pageDoesNotAdvance { stuck = (size, error) }
                guard let next = sizes.next(for: listing.resource, after: size, error) else { throw error }
                // So few rows have been seen already, and led nowhere.
                if let stuck, next <= stuck.size { throw stuck.error }
                size = next
            }
        }
    }

    /// A page, tried again for passing reasons; fewer rows are better than a second wait for too many.
    func repeatedly(_ listing: Listing, _ size: Int) async throws(AdobeError) -> Page {
        try await configuration.retry.run(
            unless: { size > 1 && $0.meansTooSlow },
            { () async throws(AdobeError) in try await request(listing, size) }
        )
    }

    /// A page while a row is looked for that the store cannot print: that it fails is the answer then, and only
    /// what may be an accident of the way is tried again.
    func probe(_ listing: Listing, _ size: Int) async throws(AdobeError) -> Page {
        try await configuration.retry.run(
            unless: { $0.mayBeOneRow && !$0.mayBeTheWay },
            { () async throws(AdobeError) in try await request(listing, size) }
        )
    }

    /// The first `size` rows of a listing, asked for once.
    private func request(_ listing: Listing, _ size: Int) async throws(AdobeError) -> Page {
        var query = listing.criteria(pageSize: size).query
        query["fields"] = "items[\(listing.projection.fields),updated_at],total_count"
        let answer = try await get(listing.resource.listing, query)
        return try ListingReading(listing: listing, pageSize: size).page(answer)
    }
}

extension SearchCriteria.Filter {
    static func changed(upTo bound: Date) -> Self {
        .init("updated_at", .lessOrEqual, UTCTime.adobeText(bound))
    }

    static func created(from: Date) -> Self { .init("created_at", .greaterOrEqual, UTCTime.adobeText(from)) }

    static func created(before: Date) -> Self { .init("created_at", .less, UTCTime.adobeText(before)) }
}

extension AdobeClient {
    /// The newest documents in one page, the newest last: a sample, never a place to read on from.
    /// - Parameters:
    ///   - createdFrom: leaves out what was made before.
    ///   - count: rows at most, up to a page of what the store manages.
    public func newest(
        _ resource: DocumentResource,
        createdFrom: Date? = nil,
        count: Int
    ) async throws(AdobeError) -> Page {
        var listing = Listing(
            resource,
            .byIdentifier,
            [createdFrom.map { .created(from: $0) }].compactMap { $0 },
            after: .beginning
        )
        listing.isNewestFirst = true
        return try await page(listing, pageSize: count)
    }
}
