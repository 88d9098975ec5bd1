/// What the query string of a read asks for.
struct QueryOptions: Sendable {
    struct Order: Sendable {
        let position: Int
        let isDescending: Bool
    }

    var filterText: String?
    var filter: Predicate?
    var selection: [Int]?
    var top: Int?
    var skip = 0
    var wantsCount = false
    var order: [Order] = []

    /// - Throws: `InvalidParameters` for an unknown or repeated option, property or literal.
    init(_ items: [QueryItem], for schema: EntitySchema, rules: QueryRules) throws(ServiceError) {
        var seen: Set<String> = []
        for item in items where item.name.hasPrefix("$") {
            guard seen.insert(item.name).inserted else {
                throw ServiceError(
                    .invalidParameters,
                    "Query option '\(item.name)' was specified more than once, but it must be specified at most once."
                )
            }
            try apply(item, schema, rules)
        }
    }

    private mutating func apply(
        _ item: QueryItem,
        _ schema: EntitySchema,
        _ rules: QueryRules
    ) throws(ServiceError) {
        switch item.name {
        case "$filter":
            filterText = item.value
            filter = try FilterParser.parse(item.value, for: schema, rules: rules)
        case "$select": selection = try Self.selection(item.value, schema)
        case "$top": top = try Self.whole(item)
        case "$skip": skip = try Self.whole(item)
        case "$count":
            guard ["true", "false"].contains(item.value) else { throw Self.invalid(item) }
            wantsCount = item.value == "true"
        case "$orderby":
            if rules.orderBy == .reject { throw Self.invalid(item) }
            if rules.orderBy == .accept { order = try Self.order(item.value, schema) }
        default: throw Self.invalid(item)
        }
    }

    static func position(of name: String, in schema: EntitySchema) throws(ServiceError) -> Int {
        guard let position = schema.position(of: name) else {
            throw ServiceError(
                .invalidParameters,
                "The query specified in the URI is not valid. Could not find a property named '\(name)' on "
                    + "type '\(schema.typeName)'."
            )
        }
        return position
    }

    private static func selection(_ text: String, _ schema: EntitySchema) throws(ServiceError) -> [Int]? {
        var positions: [Int] = []
        for name in text.split(separator: ",") {
            let name = name.trimmed
            if name == "*" { return nil }
            let position = try position(of: name, in: schema)
            if !positions.contains(position) { positions.append(position) }
        }
        return positions
    }

    private static func order(_ text: String, _ schema: EntitySchema) throws(ServiceError) -> [Order] {
        var order: [Order] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: " ")
            guard let name = words.first, words.count <= 2 else {
                throw ServiceError(.invalidParameters, "The $orderby expression is not valid.")
            }
            let direction = words.count == 2 ? String(words[1]) : "asc"
            guard ["asc", "desc"].contains(direction) else {
                throw ServiceError(.invalidParameters, "The $orderby expression is not valid.")
            }
            let position = try position(of: String(name), in: schema)
            order.append(Order(position: position, isDescending: direction == "desc"))
        }
        return order
    }

    private static func whole(_ item: QueryItem) throws(ServiceError) -> Int {
        guard let value = Int(item.value), value >= 0 else { throw invalid(item) }
        return value
    }

    private static func invalid(_ item: QueryItem) -> ServiceError {
        ServiceError(.invalidParameters, "Invalid value '\(item.value)' for query option '\(item.name)'.")
    }
}

/// A decoded `name=value` of a query string, with the text it came from.
struct QueryItem: Sendable {
    let name: String
    let value: String
    let raw: String
}

extension StringProtocol {
    var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
