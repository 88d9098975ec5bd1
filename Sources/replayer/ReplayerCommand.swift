import ArgumentParser
import Replay
import ServiceRuntime
import WorkerProgram

/// `replayer`: drains the dead-letter queues into the failure store and carries out replays.

struct ReplayerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replayer",
        abstract: "Drains the dead-letter queues into the failure store and carries out replays.",
        version: Product.version
    )

    @OptionGroup var options: WorkerOptions

    func run() async throws {
        let untilIdle = options.untilIdle
        await ServiceProcess.run("replayer") { runtime in
            try await Replayer(
                database: runtime.connections.database,
                broker: runtime.connections.broker,
                logger: runtime.logger,
                instance: runtime.instance,
                untilIdle: untilIdle,
                beat: { runtime.watchdog.beat($0) }
            ).run()
        }
    }
}
