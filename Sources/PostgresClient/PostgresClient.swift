/// A pool of connections to one PostgreSQL database.
///
/// Connections are opened when they are needed. All of libpq runs on one thread of the client's own; every method
/// may be called from any thread or actor. Cancelling a task that runs a statement cancels the statement at the
/// server and leaves the pool sound.
public final class PostgresClient: PostgresQueryable {
    private let pool: ConnectionPool
    private let locks: LockConnection
    private let confinement: Confinement?

    /// Makes no connection yet.
    /// - Parameter onEvent: called on the client's thread with what an operator may want to see; must be quick.
    public init(configuration: PostgresConfiguration, onEvent: (@Sendable (PostgresEvent) -> Void)? = nil) {
        pool = ConnectionPool(configuration, onEvent: onEvent)
        locks = LockConnection(pool)
        confinement = nil
    }

    private init(_ client: PostgresClient, _ confinement: Confinement) {
        (pool, locks) = (client.pool, client.locks)
        self.confinement = confinement
    }

    /// The same pool for work with fewer rights: each statement and transaction begins by taking a role and settings on,
    /// in the same round trip, and has left them when it ends. Closing it closes the pool.
    /// - Parameters:
    ///   - role: nil for the pool's own.
    ///   - settings: names and values of configuration parameters (`set_config`).
    public func confined(to role: String?, settings: [(name: String, value: String)]) -> PostgresClient {
        PostgresClient(self, Confinement(role: role, settings: settings))
    }

    /// Waits, trying again with backoff, until a connection works.
    /// - Throws: `.refused` at once when the credentials, the database or the certificate are refused;
    ///   `.cancelled`; `.closed`.
    public func connect() async throws(PostgresError) {
        await giveBack(try await pool.lend(within: nil))
    }

    /// Runs one statement on a connection of the pool. Nothing is ever sent twice, except a statement whose
    /// prepared plan the server refused before it ran.
    ///
    /// Waits at most `acquireTimeout` for a connection. Its session must be left as it was found: for SET, locks or
    /// temporary tables there is `withConnection`.
    public func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        guard let result = try await pipeline([query]).first else {
            throw PostgresError(.connectionLost, "the server sent no result")
        }
        return result
    }

    /// Runs statements in a single round trip, as one transaction: when one fails, none has had an effect.
    public func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresResult] {
        let confining = confinement.map { [$0.query(isLocal: true)] } ?? []
        guard !queries.isEmpty else { return [] }
        return try await lending { lease throws(PostgresError) in
            Array(try await lease.pipeline(confining + queries).dropFirst(confining.count))
        }
    }

    /// Runs `body` in a transaction, on the caller's actor: COMMIT when it returns, ROLLBACK when it throws or the
    /// task has been cancelled.
    ///
    /// It is not tried again after a serialization failure or deadlock; `PostgresError.isTransient` says when that
    /// makes sense.
    /// - Throws: what `body` throws; `.commitUnknown` when the answer to COMMIT was lost.
    public nonisolated(nonsending) func transaction<Value: Sendable>(
        _ isolation: PostgresIsolation = .readCommitted,
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let lease = try await pool.lend(within: pool.configuration.acquireTimeout)
        do {
            let begin = Statement(command: "begin isolation level \(isolation.rawValue)")
            let confining = try confinement.map { [try Statement($0.query(isLocal: true))] } ?? []
            _ = try await lease.session.run(.pipeline([begin] + confining), lease: lease)
            let value = try await body(PostgresTransaction(lease: lease))
            try await lease.commit()
            await giveBack(lease)
            return value
        } catch {
            await giveBack(lease)
            throw error
        }
    }

    /// Runs `body`, on the caller's actor, with one connection of its own. Afterwards an open transaction is rolled
    /// back, and settings, locks and temporary tables are discarded.
    public nonisolated(nonsending) func withConnection<Value: Sendable>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let lease = try await pool.lend(within: pool.configuration.acquireTimeout)
        do {
            if let confinement { _ = try await lease.query(confinement.query(isLocal: false)) }
            let value = try await body(PostgresConnection(lease: lease))
            await giveBack(lease, reset: true)
            return value
        } catch {
            await giveBack(lease, reset: true)
            throw error
        }
    }

    /// Runs several statements separated by semicolons, such as a migration. Without BEGIN in it the script is one
    /// transaction. Results are not returned, parameters not possible.
    public func execute(script: String) async throws(PostgresError) {
        try await lending(reset: true) { lease throws(PostgresError) in
            if let confinement { _ = try await lease.query(confinement.query(isLocal: false)) }
            _ = try await lease.session.run(.script(script), lease: lease)
        }
    }

    /// Listens on a channel, on a connection of its own that is made anew whenever it is lost.
    /// - Parameter channel: the name as it is; it is quoted here.
    public func listen(_ channel: String) -> PostgresNotifications {
        PostgresNotifications(channel, pool)
    }

    /// Takes a session-level advisory lock; `nil` while another session, or another task of this client, holds it.
    /// - Throws: `.unreachable` when the connection for locks cannot be made now; `.exhausted` where
    ///   `maximumSideConnections` leaves no room for it.
    public func tryAdvisoryLock(_ key: Int64) async throws(PostgresError) -> PostgresAdvisoryLock? {
        guard let holding = try await locks.tryLock(key) else { return nil }
        return PostgresAdvisoryLock(key: key, holding: holding, on: locks)
    }

    /// Refuses new work at once, waits up to `grace` for what is running, then cuts it off with `.closed`.
    /// Listeners end and locks are lost. Safe to call twice.
    public func close(grace: Duration = .seconds(5)) async {
        let pool = pool
        // A task of its own: a cancelled caller still closes properly.
        await Task { await pool.close(grace: grace) }.value
    }

    private func lending<Value: Sendable>(
        reset: Bool = false,
        _ body: (Lease) async throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let lease = try await pool.lend(within: pool.configuration.acquireTimeout)
        do throws(PostgresError) {
            let value = try await body(lease)
            await giveBack(lease, reset: reset)
            return value
        } catch {
            await giveBack(lease, reset: reset)
            throw error
        }
    }

    private func giveBack(_ lease: Lease, reset: Bool = false) async {
        await pool.takeBack(lease, reset: reset)
    }
}

extension Lease {
    /// Commits; once COMMIT is on its way it is not cancelled.
    func commit() async throws(PostgresError) {
        guard !Task.isCancelled else { throw Session.cancelled }
        let results = try await session.runUncancelled(.commit, lease: self)
        // After a failed statement PostgreSQL answers COMMIT with ROLLBACK, and no error.
        guard results.first?.resultSet.commandTag == "COMMIT" else {
            throw PostgresError(
                .server(sqlState: "25P02"),
                "the transaction was rolled back because a statement in it had failed"
            )
        }
    }
}
