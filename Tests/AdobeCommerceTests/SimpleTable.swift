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
        /// It cannot be loaded, whatever is asked of it.
        var isDeadly = false

        func value(_ field: String) -> String {
            switch field {
            case "updated_at": updated
            case "increment_id": String(id)
            default: created
            }
        }
    }

    enum Failure: Sendable, CaseIterable {
        case serverError, badGateway, hangUp, cutShort
    }

    var rows: [Row]
    /// What a row does that cannot be printed.
    var failure = Failure.serverError
    var ignoresFields = false
    /// Largest page, whatever is asked for.
    var cap = Int.max

    func answer(_ request: LoopbackStore.Request) -> LoopbackStore.Answer? {
        let query = request.query
        let found = rows.filter { matches($0, query) }.sorted { isBefore($0, $1, query) }
        let page = found.prefix(min(Int(query["searchCriteria[pageSize]"] ?? "") ?? 20, cap))
        let isWhole = ignoresFields || query["fields"]?.contains("increment_id") == true
        if page.contains(where: { $0.isDeadly || isWhole && $0.isDamaged }) { return failing }
        let items = page.map {
            #"{"entity_id":\#($0.id),"increment_id":"\#($0.id)","updated_at":"\#($0.updated)","created_at":"\#($0.created)"}"#
        }
        return .init(#"{"items":[\#(items.joined(separator: ","))],"total_count":\#(found.count)}"#)
    }

    private var failing: LoopbackStore.Answer? {
        switch failure {
        case .serverError: return .init(500, #"{"message":"Internal Error. Report ID: webapi-1"}"#)
        case .badGateway: return .init(502, "<html>")
        case .hangUp: return nil
        case .cutShort:
            var answer = LoopbackStore.Answer(#"{"items":[{"entity_id":1,"#)
            answer.declaredLength = 5000
            return answer
        }
    }

    private func matches(_ row: Row, _ query: [String: String]) -> Bool {
        for group in 0..<10 {
            let filters = (0..<10).compactMap { filter -> Bool? in
                let name = "searchCriteria[filter_groups][\(group)][filters][\(filter)]"
                guard let field = query["\(name)[field]"], let value = query["\(name)[value]"] else {
                    return nil
                }
                return compares(row, field, query["\(name)[condition_type]"], value)
            }
            if !filters.isEmpty, !filters.contains(true) { return false }
        }
        return true
    }

    private func compares(_ row: Row, _ field: String, _ condition: String?, _ value: String) -> Bool {
        if condition == "in" {
            let own = field == "entity_id" ? String(row.id) : row.value(field)
            return value.split(separator: ",").contains { $0 == own }
        }
        let order: ComparisonResult =
            field == "entity_id"
            ? row.id == Int(value)
                ? .orderedSame : row.id < Int(value) ?? 0 ? .orderedAscending : .orderedDescending
            : row.value(field).compare(value)
        switch condition {
        case "gt": return order == .orderedDescending
        case "gteq": return order != .orderedAscending
        case "lt": return order == .orderedAscending
        case "lteq": return order != .orderedDescending
        case "neq": return order != .orderedSame
        default: return order == .orderedSame
        }
    }

    private func isBefore(_ left: Row, _ right: Row, _ query: [String: String]) -> Bool {
        if query["searchCriteria[sortOrders][0][direction]"] == "DESC" { return left.id > right.id }
        return query["searchCriteria[sortOrders][0][field]"] == "updated_at"
            ? (left.updated, left.id) < (right.updated, right.id) : left.id < right.id
    }
}
