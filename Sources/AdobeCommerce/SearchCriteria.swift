/// Adobe's `searchCriteria` (reference Adobe 2.1): groups are AND-ed, the filters of a group OR-ed, nothing else.
///
/// Array indexes stay single digits, because a signature over an index of two digits is refused by every
/// version (reference Adobe 1.1): at most ten groups of ten filters and ten sort orders.
public struct SearchCriteria: Sendable, Hashable {
    /// What Adobe compares by. There is no free text: Adobe takes an unknown condition for equality, silently.
    public enum Condition: String, Sendable, Hashable {
        /// `=`
        case equal = "eq"
        /// `!=`
        case notEqual = "neq"
        /// `>`
        case greater = "gt"
        /// `>=`
        case greaterOrEqual = "gteq"
        /// `<`
        case less = "lt"
        /// `<=`
        case lessOrEqual = "lteq"
        /// A list with commas.
        case within = "in"
    }

    /// One comparison of a top-level attribute.
    public struct Filter: Sendable, Hashable {
        /// Attribute: for customers `entity_id`, though the answer calls it `id`.
        public var field: String
        /// Compared by.
        public var condition: Condition
        /// Times as `2024-01-01 00:00:00` in UTC.
        public var value: String

        /// A comparison.
        public init(_ field: String, _ condition: Condition, _ value: String) {
            self.field = field
            self.condition = condition
            self.value = value
        }
    }

    /// AND of ORs.
    public let groups: [[Filter]]
    /// Sorted by, first one first. Without it Adobe's order is whatever the database finds.
    public let sorting: [String]
    /// All of the sorting from the largest value down.
    public let isDescending: Bool
    /// Rows of the page.
    public let pageSize: Int

    /// Criteria for the first page; there is no second one (reference Adobe 2.6, keyset).
    public init(
        _ groups: [[Filter]],
        sortedBy sorting: [String],
        isDescending: Bool = false,
        pageSize: Int
    ) {
        let isSingleDigit = groups.count <= 10 && groups.allSatisfy { $0.count <= 10 } && sorting.count <= 10
        precondition(isSingleDigit, "searchCriteria with an index of two digits cannot be signed")
        self.groups = groups
        self.sorting = sorting
        self.isDescending = isDescending
        self.pageSize = max(1, pageSize)
    }

    /// The pairs, decoded.
    public var query: AdobeQuery {
        var query = AdobeQuery()
        for (group, filters) in groups.enumerated() {
            for (position, filter) in filters.enumerated() {
                let name = "searchCriteria[filter_groups][\(group)][filters][\(position)]"
                query["\(name)[field]"] = filter.field
                query["\(name)[value]"] = filter.value
                query["\(name)[condition_type]"] = filter.condition.rawValue
            }
        }
        for (position, field) in sorting.enumerated() {
            query["searchCriteria[sortOrders][\(position)][field]"] = field
            query["searchCriteria[sortOrders][\(position)][direction]"] = isDescending ? "DESC" : "ASC"
        }
        query["searchCriteria[pageSize]"] = String(pageSize)
        query["searchCriteria[currentPage]"] = "1"
        return query
    }
}
