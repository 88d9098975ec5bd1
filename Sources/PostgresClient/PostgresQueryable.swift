/// Whatever can run statements: the client, a transaction, a connection.
public protocol PostgresQueryable: Sendable {
    /// Runs one statement. Cancelling the task cancels it at the server.
    func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult

    /// Runs statements one after the other in a single round trip. The first failure is thrown and skips the rest.
    /// Outside a transaction all of them together are one.
    func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresResult]
}

/// An open transaction; valid inside the body it was given to.
public struct PostgresTransaction: PostgresQueryable {
    let lease: Lease

    /// Runs one statement in the transaction. After a failed one PostgreSQL refuses all others until a rollback.
    public func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        try await lease.query(query)
    }

    /// Runs statements of the transaction in a single round trip.
    public func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresResult] {
        try await lease.pipeline(queries)
    }
}

/// One connection, for state that lives in the session; valid inside the body it was given to.
public struct PostgresConnection: PostgresQueryable {
    let lease: Lease

    /// Runs one statement on this connection.
    public func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        try await lease.query(query)
    }

    /// Runs statements on this connection in a single round trip, as one transaction unless one is open.
    public func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresResult] {
        try await lease.pipeline(queries)
    }

    /// Runs a script of several statements by the simple protocol.
    public func execute(script: String) async throws(PostgresError) {
        _ = try await lease.session.run(.script(script), lease: lease)
    }
}

/// How a transaction is kept apart from others (manual, 13.2).
public enum PostgresIsolation: String, Sendable, Hashable {
    /// Each statement sees what was committed before it.
    case readCommitted = "read committed"
    /// All statements see one snapshot; a write conflict is SQLSTATE 40001.
    case repeatableRead = "repeatable read"
    /// As if transactions ran one after the other; conflicts are SQLSTATE 40001.
    case serializable
}
