import ExactJSON
import Foundation

/// A request line taken apart: `/Sage300WebApi/v1.0/-/SAMINC/AR/ARCustomers('1200')?$select=…`.
struct RequestTarget: Sendable {
    let method: String
    let rawPath: String
    /// Decoded path segments.
    let segments: [String]
    let query: [QueryItem]
    let queryLength: Int

    init(method: String, path: String) {
        self.method = method
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        rawPath = String(parts.first ?? "")
        let rawQuery = parts.count == 2 ? String(parts[1]) : ""
        queryLength = rawQuery.utf8.count
        segments = rawPath.split(separator: "/").map { Self.decoded($0) }
        query = rawQuery.split(separator: "&").map { item in
            let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return QueryItem(
                name: Self.decoded(sides[0]),
                value: sides.count == 2 ? Self.decoded(sides[1].replacing("+", with: " ")) : "",
                raw: String(item)
            )
        }
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        String(text).removingPercentEncoding ?? String(text)
    }

    /// Characters ASP.NET refuses in a path before any of Sage's code runs (reference §3).
    var isHazardous: Bool {
        segments.contains { segment in segment.contains { "<>*%&:\\?/".contains($0) } }
    }

    /// True for `/Sage300WebApi` whatever the case.
    var isWebAPI: Bool { segments.first?.lowercased() == "sage300webapi" }

    /// The company segment of `/Sage300WebApi/v1.0/-/COMPANY/…`.
    var company: String? {
        guard isWebAPI, segments.count >= 4, segments[1].lowercased() == "v1.0", segments[2] == "-" else {
            return nil
        }
        return segments[3].uppercased()
    }

    var module: SageModule? { segments.count >= 5 ? SageModule(segment: segments[4]) : nil }

    /// The last segment without its key.
    var entitySet: String? {
        guard segments.count >= 6 else { return nil }
        return String(segments[5].prefix { $0 != "(" })
    }

    /// What stands between the parentheses.
    var keyText: String? {
        guard segments.count == 6, let open = segments[5].firstIndex(of: "("), segments[5].hasSuffix(")")
        else {
            return nil
        }
        return String(segments[5][segments[5].index(after: open)...].dropLast())
    }

    /// `POST AR/ARInvoiceBatches`, for faults and counts.
    var operation: String {
        let place = [segments.count >= 5 ? segments[4].uppercased() : nil, entitySet].compactMap { $0 }
        return "\(method) \(place.joined(separator: "/"))"
    }

    /// - Throws: `ResourceNotFound` or `InvalidEntityKey`.
    func resource() throws(ServiceError) -> (resource: Resource, key: EntityKey?) {
        guard segments.count == 6, let module, let name = entitySet, let resource = Resource(rawValue: name),
            resource.module == module
        else {
            throw ServiceError(.resourceNotFound, "No HTTP resource was found that matches the request URI.")
        }
        guard segments[5].contains("(") else { return (resource, nil) }
        guard let keyText else { throw ServiceError(.invalidEntityKey, "The entity key is not valid.") }
        return (resource, try EntityKey(parsing: keyText))
    }
}
