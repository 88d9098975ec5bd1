/// A statement whose interpolated values travel as parameters, never inside the SQL text.
///
/// `"select name from shop where id = \(id)"` is sent as `select name from shop where id = $1`. PostgreSQL infers
/// each parameter's type from where it stands; write a cast (`\(value)::bigint`) where it cannot.
public struct PostgresQuery: Sendable, ExpressibleByStringInterpolation {
    enum Segment: Sendable {
        case text(String)
        case parameter(String?)
    }

    private(set) var segments: [Segment] = []
    /// The first parameter that cannot be sent; thrown when the query is run, before anything is sent.
    private(set) var failure: PostgresError?

    /// A statement without parameters.
    public init(stringLiteral value: String) {
        segments = [.text(value)]
    }

    /// A statement with its values.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.query
    }

    /// A statement whose text is made by code, never from input.
    public init(unescaped sql: String) {
        segments = [.text(sql)]
    }

    init() {}

    /// The SQL with its placeholders; what the prepared-statement cache goes by.
    public var sql: String { rendered.sql }

    /// Joins two pieces; parameters are numbered anew.
    public static func + (left: PostgresQuery, right: PostgresQuery) -> PostgresQuery {
        var sum = left
        sum.append(right)
        return sum
    }

    var rendered: (sql: String, parameters: [String?]) {
        var sql = ""
        var parameters: [String?] = []
        for segment in segments {
            switch segment {
            case .text(let text): sql += text
            case .parameter(let value):
                parameters.append(value)
                sql += "$\(parameters.count)"
            }
        }
        return (sql, parameters)
    }

    mutating func append(_ other: PostgresQuery) {
        segments += other.segments
        failure = failure ?? other.failure
    }

    mutating func append(text: String) {
        segments.append(.text(text))
    }

    mutating func append(_ value: some PostgresEncodable) {
        do throws(PostgresError) {
            let text = try value.postgresText()
            guard text?.utf8.contains(0) != true else {
                throw PostgresError(.encoding, "text holds a NUL byte, which PostgreSQL cannot store")
            }
            segments.append(.parameter(text))
        } catch {
            failure = failure ?? error
            segments.append(.parameter(nil))
        }
    }
}

extension PostgresQuery {
    /// Collects a query's text and values.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var query = PostgresQuery()

        /// Starts an empty query.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Takes a piece of SQL.
        public mutating func appendLiteral(_ literal: String) {
            query.append(text: literal)
        }

        /// Takes a value: a parameter of its own.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            query.append(value)
        }

        /// Takes a value or NULL. Its own overload, for the compiler warns of optionals in interpolations otherwise.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            query.append(value)
        }

        /// Embeds another query with its parameters.
        public mutating func appendInterpolation(_ query: PostgresQuery) {
            self.query.append(query)
        }

        /// Puts text into the SQL as it is: for names from code only, never for input.
        public mutating func appendInterpolation(unescaped text: String) {
            query.append(text: text)
        }

        /// Puts a name into the SQL as a quoted identifier, case kept.
        public mutating func appendInterpolation(identifier name: String) {
            query.append(text: quotedIdentifier(name))
        }
    }
}

/// `"name"` with inner quotes doubled (PostgreSQL manual, 4.1.1).
func quotedIdentifier(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
