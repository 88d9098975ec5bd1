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

    /// IIS refuses queries of more than 2048 bytes; the rest is for `$skip` (reference Sage 5).
    static let maximumBytes = 2000

    /// A query; without arguments it is empty.
    public init(filter: ODataFilter? = nil, select: [String] = [], top: Int? = nil, skip: Int? = nil) {
        self.filter = filter
        self.select = select
        self.top = top
        self.skip = skip
    }

    /// `?$filter=…`, percent-encoded; empty for an empty query.
    func text(in dialect: ODataDialect = .v4) -> String {
        var options: [String] = []
        if let filter { options.append("$filter=" + PercentEncoding.encode(filter.text(in: dialect))) }
        if !select.isEmpty { options.append("$select=" + select.joined(separator: ",")) }
        if let top { options.append("$top=\(top)") }
        if let skip { options.append("$skip=\(skip)") }
        return options.isEmpty ? "" : "?" + options.joined(separator: "&")
    }

    /// The query for rows that meet any of the first conditions: as many of them as `most` says and IIS takes, but
    /// one at least.
    static func any(
        of conditions: ArraySlice<ODataFilter>,
        select: [String],
        most: Int
    ) -> (query: ODataQuery, count: Int) {
        var count = min(max(most, 1), conditions.count)
        while true {
            let query = ODataQuery(filter: .any(of: conditions.prefix(count)), select: select)
            // The older form of dates is the longer one.
            if count <= 1 || query.text(in: .v3).utf8.count <= maximumBytes { return (query, count) }
            count -= 1
        }
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
