import Accounting
public import Foundation
public import HTTPClient
public import Logging
public import Messaging
import Publishing
import Sage300
public import Storage
import Tenancy

/// What every part of posting works with.
public struct PostingContext: Sendable {
    /// What is remembered.
    public let database: Database
    /// RabbitMQ.
    public let broker: Broker
    /// Opens credentials.
    public let vault: Vault
    /// Speaks to Sage 300.
    public let http: HTTPClient
    /// Where to log.
    public let logger: Logger
    /// This process: owner of leases.
    public let instance: UUID
    /// Times.
    public let settings: PostingSettings
    /// What this program is called.
    public let service: String
    /// Told that a main loop turns.
    public let beat: @Sendable (String) -> Void
    /// Shared by all loops of the process.
    let window = DeliveryWindow()

    /// A context from its parts.
    public init(
        database: Database,
        broker: Broker,
        vault: Vault,
        http: HTTPClient,
        logger: Logger,
        instance: UUID,
        settings: PostingSettings,
        service: String = "worker",
        beat: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.database = database
        self.broker = broker
        self.vault = vault
        self.http = http
        self.logger = logger
        self.instance = instance
        self.settings = settings
        self.service = service
        self.beat = beat
    }

    var burial: Burial { Burial(database: database, broker: broker) }

    /// Charges a failure to the company: three in a row pause it, one that trying again does not mend at once. A refused
    /// sign-in has been written down where it was met.
    func charge(_ error: SageError, to target: SageCompany) async {
        guard error.cause != .credentials else { return }
        let isPaused = try? await database.recordFailure(
            target,
            reason: error.failure.reason,
            probeAfter: settings.probeInterval,
            tolerated: error.isMendedByWaiting ? 2 : 0
        )
        if isPaused == true {
            logger.error("\(target) is paused and probed: \(error.failure.reason)")
        }
    }

    /// Records what was decided about waiting documents, and publishes the deaths among it.
    /// - Parameter company: as it was configured when that was decided; nil where its rules had no part in it.
    func record(_ transitions: [DocumentTransition], under company: ServedCompany? = nil) async throws {
        let moved = try await database.transition(
            transitions.map { $0.decided(by: company?.tenant.version) }
        )
        try await burial.publish(
            transitions.compactMap { transition in
                guard let death = transition.death, moved.contains(transition.key) else { return nil }
                return (death, transition.key.kind)
            }
        )
    }

    var publisher: DocumentPublisher { DocumentPublisher(database: database, broker: broker, logger: logger) }
}

/// The times posting goes by.
public struct PostingSettings: Sendable {
    /// How long an unanswered write is left alone before it is read back (`SAGE_SETTLE_SECONDS`).
    public var settle: Duration = .seconds(150)
    /// How long a writer's lease lasts unless prolonged (`WRITER_LEASE_SECONDS`).
    public var lease: Duration = .seconds(8)
    /// How often a paused company is probed (`PROBE_INTERVAL_SECONDS`).
    public var probeInterval: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
