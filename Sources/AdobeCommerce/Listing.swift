import Foundation

/// What a page is a page of: the filters, and the one strict order that makes paging by position unnecessary.
///
/// Every request asks for page 1 of what lies behind the cursor, so rows that move while reading shift nothing,
/// and old stores that repeat their last page are never asked for one (reference Adobe 2.6).
struct Listing: Sendable {
    enum Order: Sendable {
        case byChange
        case byIdentifier
    }

    let resource: DocumentResource
    var projection: Projection
    var order: Order
    /// Filters besides the cursor's.
    var bounds: [SearchCriteria.Filter]
    var cursor: Cursor
    /// What changed later is not asked for, and not believed where it comes all the same.
    var end: Date?
    /// For a look at the last row; such a page is never read on from.
    var isNewestFirst = false

    init(
        _ resource: DocumentResource,
        _ order: Order,
        _ bounds: [SearchCriteria.Filter],
        after cursor: Cursor
    ) {
        self.resource = resource
        projection = resource.projection
        self.order = order
        self.bounds = bounds
        self.cursor = cursor
    }

    /// What changed behind `cursor` and not later than `end`.
    static func changes(_ resource: DocumentResource, after cursor: Cursor, upTo end: Date) -> Listing {
        var listing = Listing(resource, .byChange, [.changed(upTo: end)], after: cursor)
        listing.end = end
        return listing
    }

    /// The same from another place on.
    func behind(_ cursor: Cursor) -> Listing {
        var listing = self
        listing.cursor = cursor
        return listing
    }

    /// `updated_at >= T AND (updated_at > T OR entity_id > id)` is `(updated_at, entity_id) > (T, id)` as an AND
    /// of ORs, the only form Adobe has.
    func criteria(pageSize: Int) -> SearchCriteria {
        let time = UTCTime.adobeText(cursor.updatedAt)
        let behindIdentifier = SearchCriteria.Filter("entity_id", .greater, String(cursor.entityID))
        let boundGroups = bounds.map { [$0] }
        switch order {
        case .byChange:
            return SearchCriteria(
                [
                    [.init("updated_at", .greaterOrEqual, time)],
                    [.init("updated_at", .greater, time), behindIdentifier],
                ] + boundGroups,
                sortedBy: ["updated_at", "entity_id"],
                pageSize: pageSize
            )
        case .byIdentifier:
            return SearchCriteria(
                boundGroups + [[behindIdentifier]],
                sortedBy: ["entity_id"],
                isDescending: isNewestFirst,
                pageSize: pageSize
            )
        }
    }
}
