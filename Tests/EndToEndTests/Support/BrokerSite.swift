import AMQPClient
import Foundation
import Testing

/// The broker that a stage stands on.
struct BrokerSite {
    /// As `AMQP_URL` takes them.
    let urls: String?
    /// A shell command: `rabbitmqctl`.
    let control: String?

    static let single = BrokerSite(urls: Rig.brokerURL, control: Rig.brokerControl)
    static let cluster = BrokerSite(
        urls: Rig.clusterURLs,
        control: Rig.clusterControl.map { "\($0) ctl 1" }
    )
}

extension Stage {
    /// The services' account at the broker.
    var brokerUser: String {
        get throws { try #require(try configuration("end-to-end").endpoints.first?.username) }
    }

    /// Runs `rabbitmqctl` for the stage's broker.
    /// - Returns: what it printed.
    @discardableResult
    func control(_ arguments: String...) async throws -> String {
        try await shell(try #require(site.control), arguments)
    }

    /// Starts, kills, freezes or thaws a node of the cluster.
    func node(_ what: String, _ number: Int) async throws {
        try await shell(try #require(Rig.clusterControl), [what, String(number)])
    }

    /// A connection of the test's own to the stage's virtual host.
    func brokerConnection(_ name: String = "end-to-end") async throws -> AMQPConnection {
        let connection = AMQPConnection(configuration: try configuration(name))
        try await connection.connect()
        return connection
    }

    private func configuration(_ name: String) throws -> AMQPConfiguration {
        try AMQPConfiguration(urls: brokerURL, connectionName: name)
    }

    @discardableResult
    private func shell(_ command: String, _ arguments: [String]) async throws -> String {
        let program = try launch(
            URL(filePath: "/bin/sh"),
            ["-c", command + #" "$0" "$@""#] + arguments,
            environment: Rig.environment,
            label: "broker-control"
        )
        let status = try await program.end(within: .seconds(180))
        try #require(status == 0, "\(command) \(arguments): \(program.output) \(program.messages)")
        return program.output
    }
}
