/// Documents that were asked for one by one.
public struct FoundDocuments: Sendable {
    /// Those that are there, by id.
    public let rows: [ChangedRow]
    /// Those that are there and cannot be read.
    public let unreadable: [UnreadableRow]
}

extension AdobeClient {
    /// Most ids in one request: with longer addresses, web servers begin to refuse.
    private static let idsPerRequest = 100
    /// `increment_id` is unique per store view only; no shop has more of them.
    private static let mostOfOneNumber = 100

    /// The documents with these ids, as they stand now; those that are gone or unreadable are not among them.
    public func documents(_ resource: DocumentResource, ids: [Int64]) async throws(AdobeError) -> [ChangedRow]
    {
        try await lookUp(resource, ids: ids).rows
    }

    /// The documents with these ids, in as few requests as possible, each at most once, by id.
    public func lookUp(_ resource: DocumentResource, ids: [Int64]) async throws(AdobeError) -> FoundDocuments
    {
        let wanted = Set(ids.filter { $0 > 0 }).sorted()
        var (rows, unreadable): ([ChangedRow], [UnreadableRow]) = ([], [])
        for start in stride(from: 0, to: wanted.count, by: Self.idsPerRequest) {
            let some = wanted[start..<min(start + Self.idsPerRequest, wanted.count)]
            let list = some.map { String($0) }.joined(separator: ",")
            let found = try await all(resource, [.init("entity_id", .within, list)], atMost: some.count)
            rows += found.rows
            unreadable += found.unreadable
        }
        return FoundDocuments(rows: rows, unreadable: unreadable)
    }

    /// The documents that people call by one of `numbers`: several where store views count alike, those that are
    /// there and cannot be read too. A customer has no such number, and is found by id or by e-mail.
    public func find(_ resource: DocumentResource, numbered numbers: [String]) async throws(AdobeError)
        -> FoundDocuments
    {
        guard let filter = Self.filter(resource, numbers) else {
            return FoundDocuments(rows: [], unreadable: [])
        }
        return try await all(resource, [filter], atMost: Self.mostOfOneNumber)
    }

    private static func filter(_ resource: DocumentResource, _ numbers: [String]) -> SearchCriteria.Filter? {
        // A comma parts the values of a list.
        let numbers = numbers.filter { !$0.isEmpty && $0.utf8.count <= 255 && !$0.contains(",") }
        guard resource == .customers else { return filter("increment_id", numbers) }
        let addresses = numbers.filter { $0.contains("@") }
        return addresses.isEmpty
            ? filter("entity_id", numbers.compactMap { Int64($0) }.map { String($0) })
            : filter("email", addresses)
    }

    private static func filter(_ field: String, _ values: [String]) -> SearchCriteria.Filter? {
        switch values.count {
        case 0: nil
        case 1: .init(field, .equal, values[0])
        default: .init(field, .within, values.joined(separator: ","))
        }
    }

    /// Everything that fits, at most so many rows.
    private func all(
        _ resource: DocumentResource,
        _ filters: [SearchCriteria.Filter],
        atMost count: Int
    ) async throws(AdobeError) -> FoundDocuments {
        var (rows, unreadable): ([ChangedRow], [UnreadableRow]) = ([], [])
        var cursor = Cursor.beginning
        while rows.count + unreadable.count < count {
            let listing = Listing(resource, .byIdentifier, filters, after: cursor)
            let page = try await page(listing, pageSize: count - rows.count - unreadable.count)
            rows += page.rows
            unreadable += page.unreadable
            cursor = page.nextCursor
            if page.isLast { break }
        }
        return FoundDocuments(rows: rows, unreadable: unreadable)
    }
}
