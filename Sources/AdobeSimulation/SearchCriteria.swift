import ExactJSON

/// `searchCriteria[…]` of a list request (reference 2.1): filters of a group are alternatives, groups add up.
struct SearchCriteria: Sendable {
    struct Filter: Sendable {
        var field = ""
        var value: String?
        var condition = "eq"
    }

    struct Sort: Sendable {
        var field = ""
        /// Descending unless told otherwise.
        var isAscending = false
    }

    var groups: [[Filter]] = []
    var sorts: [Sort] = []
    /// Nil when not sent; 0 means no limit.
    var pageSize: Int?
    var currentPage: Int?

    /// - Throws: 400 when the parameter is missing or malformed, a masked 500 for unknown keys.
    init(query: String) throws(AdobeError) {
        var tree: [(path: [String], value: String)] = []
        var isPresent = false
        for part in query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let path = Self.path(PercentEncoding.decode(halves[0], plusIsSpace: true))
            guard path.first == "searchcriteria" else { continue }
            isPresent = true
            guard path.count > 1 else { continue }  // `searchCriteria=all`: no criteria
            let value = halves.count > 1 ? PercentEncoding.decode(halves[1], plusIsSpace: true) : ""
            tree.append((Array(path.dropFirst()), value))
        }
        guard isPresent else { throw .required("searchCriteria") }
        try read(tree)
    }

    /// `searchCriteria[filterGroups][0]` as `searchcriteria, filtergroups, 0`: both spellings are one.
    private static func path(_ name: String) -> [String] {
        name.split { $0 == "[" || $0 == "]" }.map { $0.lowercased().filter { $0 != "_" } }
    }

    private mutating func read(_ tree: [(path: [String], value: String)]) throws(AdobeError) {
        var filters: [Position: Filter] = [:]
        var sorts: [Int: Sort] = [:]
        for (path, value) in tree {
            switch path.first ?? "" {
            case "filtergroups":
                guard path.count == 5, path[2] == "filters", let group = Int(path[1]),
                    let filter = Int(path[3])
                else { throw .masked(path.count) }
                let position = Position(group: group, filter: filter)
                try Self.set(path[4], value, of: &filters[position, default: Filter()])
            case "sortorders":
                guard path.count == 3, let position = Int(path[1]) else { throw .masked(path.count) }
                try Self.set(path[2], value, of: &sorts[position, default: Sort()])
            case "pagesize" where path.count == 1: pageSize = try Self.number(value)
            case "currentpage" where path.count == 1: currentPage = try Self.number(value)
            case "requestname" where path.count == 1: break
            default: throw .masked(path.count)
            }
        }
        for group in Set(filters.keys.map(\.group)).sorted() {
            let positions = filters.keys.filter { $0.group == group }.sorted { $0.filter < $1.filter }
            groups.append(positions.compactMap { filters[$0] })
        }
        self.sorts = sorts.keys.sorted().compactMap { sorts[$0] }
    }

    private struct Position: Hashable {
        let group: Int
        let filter: Int
    }

    private static func set(_ key: String, _ value: String, of filter: inout Filter) throws(AdobeError) {
        switch key {
        case "field": filter.field = value
        case "value": filter.value = value
        case "conditiontype": filter.condition = value
        default: throw .masked(key.utf8.count)
        }
    }

    private static func set(_ key: String, _ value: String, of sort: inout Sort) throws(AdobeError) {
        switch key {
        case "field":
            guard value.firstMatch(of: #/[^a-zA-Z0-9_]/#) == nil else {
                throw AdobeError(
                    400,
                    "Sort order field %1 contains restricted symbols",
                    parameters: [.string(value)]
                )
            }
            sort.field = value
        case "direction":
            guard ["ASC", "DESC"].contains(value.uppercased()) else {
                throw AdobeError(
                    400,
                    "Sort order has to be specified as %1 for ascending order or %2 for descending order.",
                    parameters: ["ASC", "DESC"]
                )
            }
            sort.isAscending = value.uppercased() == "ASC"
        default: throw .masked(key.utf8.count)
        }
    }

    private static func number(_ text: String) throws(AdobeError) -> Int {
        guard let number = Int(text) else { throw .wrongType(text, "int") }
        return number
    }

    /// What the answer repeats: only what was sent, conditions spelt out.
    var echo: JSON {
        var echo = JSONObject()
        echo["filter_groups"] = .array(
            groups.map { group in
                ["filters": .array(group.map(\.echo))]
            }
        )
        if !sorts.isEmpty {
            echo["sort_orders"] = .array(
                sorts.map { ["field": .string($0.field), "direction": $0.isAscending ? "ASC" : "DESC"] }
            )
        }
        if let pageSize { echo["page_size"] = .int(pageSize) }
        if let currentPage { echo["current_page"] = .int(max(currentPage, 1)) }
        return .object(echo)
    }
}

extension SearchCriteria.Filter {
    fileprivate var echo: JSON {
        var echo = JSONObject()
        echo["field"] = .string(field)
        if let value { echo["value"] = .string(value) }
        echo["condition_type"] = .string(condition)
        return .object(echo)
    }
}
