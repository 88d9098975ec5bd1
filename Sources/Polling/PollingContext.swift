public import Logging
public import Messaging
import Publishing
public import Storage
public import Tenancy

/// What every part of polling works with.
public struct PollingContext: Sendable {
    /// What is remembered.
    public let database: Database
    /// RabbitMQ.
    public let broker: Broker
    /// The way to stores.
    public let stores: StoreAccess
    /// Where to log.
    public let logger: Logger
    /// How far behind the store's clock the cursor stays (`ADOBE_SETTLE_SECONDS`).
    public let settle: Duration
    /// What the host grants each tenant.
    public let limits: TenantLimits
    /// Told that a main loop turns.
    public let beat: @Sendable (String) -> Void

    /// A context from its parts.
    public init(
        database: Database,
        broker: Broker,
        stores: StoreAccess,
        logger: Logger,
        settle: Duration,
        limits: TenantLimits = TenantLimits(),
        beat: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.database = database
        self.broker = broker
        self.stores = stores
        self.logger = logger
        self.settle = settle
        self.limits = limits
        self.beat = beat
    }

    var publisher: DocumentPublisher { DocumentPublisher(database: database, broker: broker, logger: logger) }
}
