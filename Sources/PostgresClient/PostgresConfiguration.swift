/// How to reach a database and how many connections to hold.
///
/// Nothing that prints a value of this type, `dump` and string interpolation included, shows the URI.
public struct PostgresConfiguration: Sendable {
    /// The libpq connection URI, `postgresql://user:password@host:port/database?…`; kept from every description.
    let uri: String
    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    /// The role every session works as, from its start (`SET ROLE`); nil: the one that signs in. What needs another
    /// must be allowed to it by membership, or connecting is `.refused`.
    public var role: String?
    /// Where names of tables are looked for; nil: as the server and the URI say. A role of its own would otherwise
    /// change what `"$user"` means.
    public var searchPath: [String]?
    /// The most connections the pool opens. Locks and listeners have connections of their own, see
    /// `maximumSideConnections`.
    public var maximumConnections: Int
    /// How long one attempt to connect may take.
    public var connectTimeout: Duration
    /// The server cancels a statement after this long (SQLSTATE 57014); `nil` for never.
    public var statementTimeout: Duration?
    /// How long a statement waits for a connection before it throws `.unreachable` or `.exhausted`.
    public var acquireTimeout: Duration = .seconds(30)
    /// How many tasks may wait for a connection; a further one throws `.exhausted` at once.
    public var maximumWaiters = 10_000
    /// The most connections for listeners and, all together on one, advisory locks.
    public var maximumSideConnections = 64
    /// How many statements each connection keeps prepared.
    public var maximumPreparedStatements = 256
    /// A connection of the pool that nobody used for this long is closed.
    public var idleTimeout: Duration = .seconds(60)
    /// The first and the longest delay between attempts to connect; between them it doubles, with jitter.
    public var firstRetryDelay: Duration = .milliseconds(200)
    /// See `firstRetryDelay`.
    public var longestRetryDelay: Duration = .seconds(15)
    /// How long past its statement timeout, or past its cancellation, a statement may go unanswered before the
    /// connection is given up.
    public var answerGrace: Duration = .seconds(5)
    /// How often the silent connection of a listener or of the locks is probed.
    public var probeInterval: Duration = .seconds(10)

    /// - Parameters:
    ///   - uri: a libpq connection URI. It is read when the first connection is made; a malformed one is then
    ///     `.refused`.
    ///   - applicationName: shown in `pg_stat_activity`.
    ///   - maximumConnections: at least 1.
    public init(
        uri: String,
        applicationName: String,
        maximumConnections: Int = 8,
        connectTimeout: Duration = .seconds(10),
        statementTimeout: Duration? = .seconds(60)
    ) {
        precondition(maximumConnections > 0, "a pool needs a connection, not \(maximumConnections)")
        self.uri = uri
        self.applicationName = applicationName
        self.maximumConnections = maximumConnections
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
    }

    /// The delay before the attempt that follows `failures` failed ones: doubling, with ±20 % jitter.
    func retryDelay(after failures: Int) -> Duration {
        let doublings = min(max(failures - 1, 0), 16)
        let delay = min(firstRetryDelay * (1 << doublings), longestRetryDelay)
        return delay * Int.random(in: 80...120) / 100
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The application name and the size of the pool; not the URI.
    public var description: String {
        "PostgresConfiguration(\(applicationName), \(maximumConnections) connections)"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Empty, so that `dump` cannot show the password.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
