import AdobeCommerce
import Foundation

/// The rows of a table of orders, with just enough of `searchCriteria` to answer pages from it.
struct SimpleTable: Sendable {
    struct Row: Sendable {
        var id: Int
        var updated: String
        var created = "2026-01-01 00:00:00"
        /// A text of it cannot be encoded, unless it is left out by `fields`.
        var isDamaged = false

        func value(_ field: String) -> String { field == "updated_at" ? updated : created }
    }

    var rows: [Row]

    func answer(_ request: LoopbackStore.Request) -> LoopbackStore.Answer {
        let query = request.query
        let found = rows.filter { matches($0, query) }.sorted { isBefore($0, $1, query) }
        let page = found.prefix(Int(query["searchCriteria[pageSize]"] ?? "") ?? 20)
        let isWhole = query["fields"]?.contains("increment_id") == true
        if isWhole, page.contains(where: \.isDamaged) {
            return .init(500, #"{"message":"Internal Error. Report ID: webapi-1"}"#)
        }
        let items = page.map {
            #"{"entity_id":\#($0.id),"increment_id":"\#($0.id)","updated_at":"\#($0.updated)","created_at":"\#($0.created)"}"#
        }
        return .init(#"{"items":[\#(items.joined(separator: ","))],"total_count":\#(found.count)}"#)
    }

    private func matches(_ row: Row, _ query: [String: String]) -> Bool {
        for group in 0..<10 {
            let filters = (0..<10).compactMap { filter -> Bool? in
                let name = "searchCriteria[filter_groups][\(group)][filters][\(filter)]"
                guard let field = query["\(name)[field]"], let value = query["\(name)[value]"] else {
                    return nil
                }
                let order: ComparisonResult =
                    field == "entity_id"
                    ? row.id == Int(value)
                        ? .orderedSame : row.id < Int(value) ?? 0 ? .orderedAscending : .orderedDescending
                    : row.value(field).compare(value)
                switch query["\(name)[condition_type]"] {
                case "gt": return order == .orderedDescending
                case "gteq": return order != .orderedAscending
                case "lt": return order == .orderedAscending
                case "lteq": return order != .orderedDescending
                default: return order == .orderedSame
                }
            }
            if !filters.isEmpty, !filters.contains(true) { return false }
        }
        return true
    }

    private func isBefore(_ left: Row, _ right: Row, _ query: [String: String]) -> Bool {
        query["searchCriteria[sortOrders][0][field]"] == "updated_at"
            ? (left.updated, left.id) < (right.updated, right.id) : left.id < right.id
    }
}
