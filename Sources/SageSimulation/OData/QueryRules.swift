/// What the server takes in a query, where the reference leaves it open.
struct QueryRules: Sendable {
    /// What it does with `$orderby`, which Sage's manual does not mention.
    enum OrderBy: String, Sendable, CaseIterable {
        case accept, ignore, reject
    }

    /// Which date literals it takes: those of OData V4, those of V3 (the manual's), or both.
    enum Dates: String, Sendable, CaseIterable {
        case both, v4, v3
    }

    var orderBy = OrderBy.accept
    var refusesOr = false
    var dates = Dates.both
}
