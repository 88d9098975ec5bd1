import ArgumentParser
import ServiceRuntime

/// `connectorctl`: everything an operator does, from a terminal.
struct ConnectorControl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connectorctl",
        abstract: "Sets up, watches and steers ml-connector.",
        discussion: """
            Configured by the environment: DATABASE_URL, AMQP_URL, CREDENTIAL_KEY_FILE.
            Ends with 0 when done, 1 when the answer is no, 2 on a usage or configuration error, 3 when a system \
            cannot be reached.
            """,
        version: Product.version,
        subcommands: [
            MigrateCommand.self, KeysCommand.self, InitCommand.self, TenantCommand.self, SyncCommand.self,
            QueuesCommand.self,
            DeadCommand.self, ReplayCommand.self, ReplaysCommand.self, WhyCommand.self, PreviewCommand.self,
            PingCommand.self, ExistingCommand.self, AlertsCommand.self,
        ]
    )
}
