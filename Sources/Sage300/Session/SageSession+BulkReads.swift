public import Accounting
public import ExactJSON
import Synchronization

extension SageSession {
    /// Every row that meets any of the conditions, in as few requests as the server takes: a filter that it refuses
    /// with 400 is cut in two, down to one condition a request, and the length it took is remembered.
    /// - Throws: besides what a read throws, `.unreadable` when a request finds a thousand rows.
    public func feed(
        _ company: CompanyID,
        _ path: String,
        anyOf conditions: [ODataFilter],
        select: [String] = []
    ) async throws(SageError) -> [JSON] {
        var rows: [JSON] = []
        var rest = conditions[...]
        var most = habits.withLock(\.alternatives)
        while !rest.isEmpty {
            let (query, count) = ODataQuery.any(of: rest, select: select, most: most)
            do throws(SageError) {
                rows += try await found(company, path, query)
                rest = rest.dropFirst(count)
                // Only what worked is worth remembering: the fault may be another.
                habits.withLock { $0.alternatives = min($0.alternatives, most) }
            } catch {
                guard error.status == 400 || error.isTooLong, count > 1 else { throw error }
                most = (count + 1) / 2
            }
        }
        return rows
    }

    /// The rows of a narrow search.
    /// - Throws: `.unreadable` for a thousand rows or more: then the filter was not applied, and what is not among
    ///   them may be there all the same.
    func found(_ company: CompanyID, _ path: String, _ query: ODataQuery) async throws(SageError) -> [JSON] {
        let rows = try await feed(company, path, query, limit: 1000)
        guard rows.count < 1000 else {
            throw .unreadable(path, company, "a search found \(rows.count) rows or more")
        }
        return rows
    }
}

extension SageError {
    /// The query was too long for IIS or for whatever stands before it.
    var isTooLong: Bool { cause == .refused(code: "QueryTooLong") }
}
