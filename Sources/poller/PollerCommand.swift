import Accounting
import ArgumentParser
import Foundation
import Logging
import Polling
import ServiceLifecycle
import ServiceRuntime
import Storage

/// `poller`: reads changed documents from every tenant's store and publishes them.
struct PollerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "poller",
        abstract: "Reads changed customers and orders from Adobe Commerce and publishes them.",
        version: Product.version
    )

    @Flag(help: "Run whatever is due and exit; 1 when a poll failed.")
    var once = false

    @Option(help: "With --once: only this tenant.")
    var tenant: String?

    @Flag(help: "With --once --tenant: whatever its schedule says.")
    var now = false

    func validate() throws {
        if tenant != nil, !once { throw ValidationError("--tenant goes with --once.") }
        if now, tenant == nil { throw ValidationError("--now goes with --once --tenant T.") }
        if let tenant, TenantID(tenant) == nil { throw ValidationError("\(tenant) is not a tenant name.") }
    }

    func run() async throws {
        let (once, now, tenant) = (once, now, tenant.flatMap { TenantID($0) })
        // With --once it takes no runs that are asked for later, so nobody is to count on it.
        await ServiceProcess.run("poller", isAnnounced: !once) { runtime in
            let connections = runtime.connections
            let poller = Poller(
                PollingContext(
                    database: connections.database,
                    broker: connections.broker,
                    stores: StoreAccess(
                        database: connections.database,
                        vault: connections.vault,
                        http: connections.http,
                        logger: runtime.logger
                    ),
                    logger: runtime.logger,
                    settle: runtime.environment.adobeSettle,
                    limits: runtime.environment.limits,
                    beat: { runtime.watchdog.beat($0) }
                )
            )
            guard once else { return try await poller.run() }
            if let tenant, try await connections.database.tenant(tenant) == nil {
                throw EnvironmentError(
                    "There is no tenant \(tenant). `connectorctl tenant list` shows those there are."
                )
            }
            let isGood = try await cancelWhenGracefulShutdown {
                try await poller.runOnce(tenant: tenant, isNow: now)
            }
            if !isGood { throw PollFailed() }
        }
    }
}

/// Ends the program with 1: the runs that failed have said why.
private struct PollFailed: Error, CustomStringConvertible {
    let description = "a run failed; see above"
}
