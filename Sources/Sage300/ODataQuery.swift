/// The query of an OData request, typed and escaped (reference Sage 3).
public struct ODataQuery: Sendable, Hashable {
    /// `$filter`.
    public var filter: ODataFilter?
    /// `$select`; empty: everything.
    public var select: [String]
    /// `$top`.
    public var top: Int?
    /// `$skip`.
    public var skip: Int?

    /// A query; without arguments it is empty.
    public init(filter: ODataFilter? = nil, select: [String] = [], top: Int? = nil, skip: Int? = nil) {
        self.filter = filter
        self.select = select
        self.top = top
        self.skip = skip
    }

    /// `?$filter=…`, percent-encoded; empty for an empty query.
    var text: String {
        var options: [String] = []
        if let filter { options.append("$filter=" + PercentEncoding.encode(filter.text)) }
        if !select.isEmpty { options.append("$select=" + select.joined(separator: ",")) }
        if let top { options.append("$top=\(top)") }
        if let skip { options.append("$skip=\(skip)") }
        return options.isEmpty ? "" : "?" + options.joined(separator: "&")
    }
}

/// A condition of `$filter`.
public struct ODataFilter: Sendable, Hashable {
    let text: String

    /// `Field eq 'value'`.
    public static func equals(_ field: String, _ value: String) -> ODataFilter {
        ODataFilter(text: "\(field) eq \(literal(value))")
    }

    /// `startswith(Field,'value')`.
    public static func startsWith(_ field: String, _ value: String) -> ODataFilter {
        ODataFilter(text: "startswith(\(field),\(literal(value)))")
    }

    /// Both conditions.
    public static func && (left: ODataFilter, right: ODataFilter) -> ODataFilter {
        ODataFilter(text: "\(left.text) and \(right.text)")
    }

    /// A string literal: quotes doubled.
    static func literal(_ value: String) -> String {
        "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}

enum PercentEncoding {
    /// RFC 3986: everything but unreserved characters as `%XX` of its UTF-8 bytes.
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: encoded.append(Character(Unicode.Scalar(byte)))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
