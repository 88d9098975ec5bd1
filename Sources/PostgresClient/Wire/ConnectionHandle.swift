import CLibPQ

/// Owns one `PGconn`, and is the only place that calls libpq on it: one method a call.
///
/// After `finish()` every call fails in libpq's own way, for libpq takes a null connection as a bad one.
struct ConnectionHandle: ~Copyable {
    enum Polling { case reading, writing, established, failed }
    enum Flushing { case done, pending, failed }

    private var connection: OpaquePointer?

    /// Begins to connect. Resolving the host's name may block briefly.
    init(_ parameters: [ConnectionParameter]) {
        let keys = CStrings(parameters.map(\.keyword))
        let values = CStrings(parameters.map(\.value))
        connection = keys.withPointers { keys in
            // 1: what `dbname` expands to overrides what stands before it, and is overridden by what follows.
            values.withPointers { PQconnectStartParams(keys, $0, 1) }
        }
        // SQLSTATE is only in the verbose form of a connection failure's text.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        // By default libpq prints notices on stderr.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    /// Closes the connection; nobody may wait on its descriptor any more.
    mutating func finish() {
        PQfinish(connection)
        connection = nil
    }

    var hasStarted: Bool { connection != nil && !isBad }
    var isBad: Bool { PQstatus(connection) == CONNECTION_BAD }
    var descriptor: Int32 { PQsocket(connection) }
    var usesTLS: Bool { PQsslInUse(connection) != 0 }
    var needsPassword: Bool { PQconnectionNeedsPassword(connection) != 0 }
    var message: String { PQerrorMessage(connection).map { String(cString: $0) } ?? "" }

    /// True when no transaction is open.
    var isIdle: Bool { PQtransactionStatus(connection) == PQTRANS_IDLE }

    func pollConnecting() -> Polling {
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .established
        default: .failed
        }
    }

    func setNonBlocking() -> Bool { PQsetnonblocking(connection, 1) == 0 }
    func enterPipeline() -> Bool { PQenterPipelineMode(connection) == 1 }
    func exitPipeline() -> Bool { PQexitPipelineMode(connection) == 1 }

    func prepare(_ sql: String, as name: String) -> Bool {
        PQsendPrepare(connection, name, sql, 0, nil) == 1
    }

    /// Queues a statement that is parsed, bound and run at once.
    func send(_ sql: String, _ parameters: [String?]) -> Bool {
        CStrings(parameters).withPointers {
            PQsendQueryParams(connection, sql, Int32(parameters.count), nil, $0, nil, nil, 0) == 1
        }
    }

    func send(prepared name: String, _ parameters: [String?]) -> Bool {
        CStrings(parameters).withPointers {
            PQsendQueryPrepared(connection, name, Int32(parameters.count), $0, nil, nil, 0) == 1
        }
    }

    /// Sends a script by the simple protocol; only outside pipeline mode.
    func send(script: String) -> Bool { PQsendQuery(connection, script) == 1 }

    func sync() -> Bool { PQpipelineSync(connection) == 1 }

    func flush() -> Flushing {
        switch PQflush(connection) {
        case 0: .done
        case 1: .pending
        default: .failed
        }
    }

    /// Reads what has arrived, without blocking; false when the connection is gone.
    func consumeInput() -> Bool { PQconsumeInput(connection) == 1 }

    /// True while `nextResult()` would block.
    var isBusy: Bool { PQisBusy(connection) == 1 }

    func nextResult() -> ResultSet? { PQgetResult(connection).map { ResultSet($0) } }

    func nextNotification() -> PostgresNotification? {
        guard let notify = PQnotifies(connection) else { return nil }
        defer { PQfreemem(notify) }
        return PostgresNotification(
            channel: String(cString: notify.pointee.relname),
            payload: String(cString: notify.pointee.extra),
            isGap: false
        )
    }

    func makeCanceller() -> StatementCanceller? {
        PQgetCancel(connection).map { StatementCanceller($0) }
    }
}
