import Foundation
public import HTTPClient
public import Logging
import PostgresClient
public import Storage
import Synchronization

/// Tells people what needs them, for as long as it runs. Of all processes that run it one does, by a lock; should that one
/// die, another goes on within seconds.
///
/// What is told and what is to be sent are written in one transaction, so nothing is told twice and nothing is lost by a
/// crash. A message itself may arrive twice, when a process dies between a receiver's yes and noting it: it has the same
/// id, and is the same to the letter.
public struct AlertService: Sendable {
    private let database: Database
    private let settings: AlertSettings
    private let courier: Courier
    private let watch: AlertWatch
    private let logger: Logger
    private let underWay = DestinationsUnderWay()

    /// A service over what is remembered.
    /// - Parameters:
    ///   - tenantHTTP: within the policy for tenants' addresses.
    ///   - hostHTTP: for the host's webhook.
    public init(
        database: Database,
        vault: Vault,
        tenantHTTP: HTTPClient,
        hostHTTP: HTTPClient,
        settings: AlertSettings,
        logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.logger = logger
        watch = AlertWatch(database: database, settings: settings, logger: logger)
        courier = Courier(
            database: database,
            vault: vault,
            settings: settings,
            tenantHTTP: tenantHTTP,
            hostHTTP: hostHTTP,
            logger: logger
        )
    }

    /// Works until its task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            var lock: PostgresAdvisoryLock?
            while !Task.isCancelled {
                do {
                    if lock?.isHeld != true {
                        lock = try await database.client.tryAdvisoryLock(Self.lockKey)
                        if lock != nil { await watch.lookAnew() }
                    }
                    if lock != nil {
                        try await watch.pass()
                        try await send(&group)
                    }
                } catch {
                    if !Task.isCancelled { logger.warning("alerts: \(error); tried again") }
                }
                try? await Task.sleep(for: settings.interval)
            }
            await lock?.release()
            group.cancelAll()
        }
    }

    /// One look, and one try of each message that is due. For tests.
    /// - Parameter now: another time than the database's.
    func runOnce(at now: Date? = nil) async throws {
        try await watch.pass(at: now)
        await withDiscardingTaskGroup { group in
            do { try await send(&group, at: now) } catch { logger.warning("alerts: \(error)") }
        }
    }

    /// Each destination has one message under way: one that hangs delays no other.
    private func send(_ group: inout DiscardingTaskGroup, at moment: Date? = nil) async throws {
        let now: Date
        if let moment { now = moment } else { now = try await database.now() }
        let mailboxes = await watch.mailboxes
        for message in try await database.dueMessages(at: now, limit: 500) {
            guard underWay.begin(message.destination) else { continue }
            guard try await database.takeMessage(message, until: now + Self.inHand) else {
                underWay.end(message.destination)
                continue
            }
            group.addTask {
                await courier.deliver(message, mailboxes: mailboxes)
                underWay.end(message.destination)
            }
        }
    }

    /// Longer than any try takes.
    private static let inHand: TimeInterval = 120
    /// Its name in every process: "mlcalert".
    private static let lockKey: Int64 = 0x6D6C_6361_6C65_7274
}

/// The destinations that messages are on their way to.
private final class DestinationsUnderWay: Sendable {
    /// As many as a process has room for.
    private static let most = 64
    private let state = Mutex<Set<AlertDestination>>([])

    /// False when one is under way to it already, or too many are.
    func begin(_ destination: AlertDestination) -> Bool {
        state.withLock { $0.count < Self.most && $0.insert(destination).inserted }
    }

    func end(_ destination: AlertDestination) { state.withLock { _ = $0.remove(destination) } }
}
