import Accounting
import ExactJSON

/// The key of an entity: one value, or several by name.
struct SageKey: Sendable {
    let parts: [(name: String, value: String)]

    init(_ name: String, _ value: String) { parts = [(name, value)] }

    init(_ parts: (String, String)...) { self.parts = parts.map { (name: $0.0, value: $0.1) } }

    /// Whether a path may hold it: ASP.NET refuses `< > * % & : \ ? /` there, escaped or not (reference Sage 3, Keys).
    var isSafeInPath: Bool { parts.allSatisfy { Self.isSafe($0.value) } }

    /// `('1200')` or `(CustomerNumber='1200',ShipToLocationKey='A')`; what a path cannot hold escaped.
    var path: String {
        if parts.count == 1 { return "(\(Self.literal(parts[0].value)))" }
        return "(" + parts.map { "\($0.name)=\(Self.literal($0.value))" }.joined(separator: ",") + ")"
    }

    var filter: ODataFilter? {
        parts.map { ODataFilter.equals($0.name, $0.value) }.reduce(nil) { whole, part in
            whole.map { $0 && part } ?? part
        }
    }

    /// Codes are upper case in Sage 300, however they were written.
    func isKey(of entity: JSON) -> Bool {
        parts.allSatisfy { entity[$0.name]?.string?.uppercased() == $0.value.uppercased() }
    }

    private static func isSafe(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || $0 == 45 || $0 == 95
            }
    }

    private static func literal(_ text: String) -> String {
        isSafe(text) ? "'\(text)'" : "'\(PercentEncoding.encode(text.replacing("'", with: "''")))'"
    }
}

extension SageSession {
    /// The entity of a key; nil when there is none. Where a path cannot hold the key, it is found by a filter.
    func entity(_ company: CompanyID, _ path: String, _ key: SageKey) async throws(SageError) -> JSON? {
        guard key.isSafeInPath else {
            let answer = try await get(company, path, ODataQuery(filter: key.filter, top: 2))
            let rows = try Self.rows(of: answer, path, company)
            // A server that ignores filters must not make us take another's record for this one.
            return rows.first { key.isKey(of: $0) }
        }
        do throws(SageError) { return try await get(company, path + key.path) } catch {
            guard error.cause == .notFound else { throw error }
            return nil
        }
    }

    /// Changes the entity of a key. Unlike a read, this has no way round a key that ASP.NET refuses in a path: it is
    /// sent escaped, and refused as `BadPath` where it must be.
    func change(_ company: CompanyID, _ path: String, _ key: SageKey, _ body: JSON) async throws(SageError) {
        try await change(company, path + key.path, body)
    }
}
