import Alerting
import ArgumentParser
import Foundation
import HTTPClient
import Logging
import Replay
import ServiceRuntime
import WorkerProgram

/// `replayer`: drains the dead-letter queues into the failure store, carries out replays, and tells people what needs them.

struct ReplayerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replayer",
        abstract:
            "Drains the dead-letter queues into the failure store, carries out replays and sends alerts.",
        version: Product.version
    )

    @OptionGroup var options: WorkerOptions

    func run() async throws {
        let untilIdle = options.untilIdle
        let settings = try alertSettings()
        await ServiceProcess.run("replayer") { runtime in
            let alerting = Task { await Self.alert(runtime, settings) }
            defer { alerting.cancel() }
            try await Replayer(
                database: runtime.connections.database,
                broker: runtime.connections.broker,
                logger: runtime.logger,
                instance: runtime.instance,
                untilIdle: untilIdle,
                beat: { runtime.watchdog.beat($0) }
            ).run()
            alerting.cancel()
            await alerting.value
        }
    }

    private func alertSettings() throws(EnvironmentError) -> AlertSettings {
        do throws(AlertSettingsError) {
            return try AlertSettings(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw EnvironmentError(error.description)
        }
    }

    /// Beside the dead letters: neither waits for the other.
    private static func alert(_ runtime: ServiceProcess.Runtime, _ settings: AlertSettings) async {
        let hostHTTP = HTTPClient(configuration: .init(userAgent: "ml-connector/\(Product.version) (alerts)"))
        await AlertService(
            database: runtime.connections.database,
            vault: runtime.connections.vault,
            tenantHTTP: runtime.connections.http,
            hostHTTP: hostHTTP,
            settings: settings,
            logger: runtime.logger
        ).run()
        await hostHTTP.close()
    }
}
