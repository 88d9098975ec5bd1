import CLibPQ

/// Owns one `PGresult`; cleared once, when the last row that reads from it is gone.
///
/// Sendable because a `PGresult` is never written after libpq handed it out (libpq manual, 34.20).
final class ResultSet: @unchecked Sendable {
    enum Status { case rows, done, failed, skipped, synced, copying }

    private let result: OpaquePointer
    let status: Status
    let rowCount: Int
    let columns: [String]
    private let indices: [String: Int]

    /// Takes the result over.
    init(_ result: OpaquePointer) {
        self.result = result
        status = Status(PQresultStatus(result))
        rowCount = Int(PQntuples(result))
        columns = (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        indices = Dictionary(zip(columns, columns.indices)) { first, _ in first }
    }

    deinit { PQclear(result) }

    func index(ofColumn name: String) -> Int? { indices[name] }

    func isNull(row: Int, column: Int) -> Bool {
        PQgetisnull(result, Int32(row), Int32(column)) != 0
    }

    /// The value's text; `nil` when the server sent what is not UTF-8 (a database in SQL_ASCII can).
    func text(row: Int, column: Int) -> String? {
        guard let bytes = PQgetvalue(result, Int32(row), Int32(column)) else { return nil }
        let length = Int(PQgetlength(result, Int32(row), Int32(column)))
        return bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(validating: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }

    /// `INSERT 0 1`, `COMMIT`, ….
    var commandTag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    var affectedRows: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    var sqlState: String? { field(Int32(UInt8(ascii: "C"))) }

    /// FATAL or PANIC: the server ends the connection after it.
    var endsConnection: Bool {
        ["FATAL", "PANIC"].contains(field(Int32(UInt8(ascii: "V"))) ?? "")
    }

    /// The server's function that raised the error.
    var sourceFunction: String? { field(Int32(UInt8(ascii: "R"))) }

    /// The failure as an error: primary message only, for DETAIL and CONTEXT quote values.
    var error: PostgresError {
        let message = field(Int32(UInt8(ascii: "M"))) ?? libraryMessage
        guard let sqlState else { return PostgresError(.connectionLost, message) }
        return PostgresError(
            .server(sqlState: sqlState),
            sqlState.hasPrefix("22") ? withoutQuotedValue(message) : message,
            constraint: field(Int32(UInt8(ascii: "n")))
        )
    }

    /// What libpq itself says of a failure that did not come from the server.
    private var libraryMessage: String {
        let text = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        return text.split(separator: "\n").first.map(String.init) ?? "no reason given"
    }

    /// The codes are those of the protocol (manual, 55.8), which libpq's `PG_DIAG_…` macros repeat.
    private func field(_ code: Int32) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }
}

extension ResultSet.Status {
    init(_ status: ExecStatusType) {
        switch status {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: self = .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: self = .done
        case PGRES_PIPELINE_ABORTED: self = .skipped
        case PGRES_PIPELINE_SYNC: self = .synced
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: self = .copying
        default: self = .failed
        }
    }
}

/// Data exceptions (class 22) quote the offending value: `invalid input syntax for type uuid: "…"`.
func withoutQuotedValue(_ message: String) -> String {
    guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last
    else {
        return message
    }
    return message[...first] + "…" + message[last...]
}
