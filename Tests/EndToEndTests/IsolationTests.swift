import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// Each service signs in as a role of its own that owns nothing.
    @Suite struct Isolation {
        @Test(.timeLimit(.minutes(3)))
        func `services work as roles that may do no more than their work`() async throws {
            try await withStage { stage in
                let logins = Logins(stage)
                try await logins.make()
                _ = try await stage.opened(orders: 60, services: [])
                let services = try Stage.services.map { name in
                    (name, try stage.start(name, environment: ["DATABASE_URL": try logins.url(of: name)]))
                }
                try await stage.sync()
                try await stage.settled()
                let posted = try await stage.peek(
                    "select count(*) as n from documents where state in ('entered', 'posted')"
                )
                #expect(posted.count == 1)
                for (name, program) in services {
                    #expect(program.isRunning, "\(program.tail(20))")
                    #expect(!program.messages.contains("permission denied"), "\(name): \(program.tail(20))")
                    #expect(!program.messages.contains("is no member of"), "\(name): \(program.tail(20))")
                }
                try await logins.isRefused(
                    "poller",
                    "select sealed from credentials where system = 'sage'",
                    rows: 0
                )
                try await logins.isRefused("invoice-worker", "update cursors set entity_id = 1")
                try await logins.isRefused("replayer", "update tenants set paused = true")
                try await logins.isRefused("poller", "delete from document_events")
                await stage.endAll()
                try await logins.remove()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a service that may not migrate waits until somebody has`() async throws {
            try await withStage { stage in
                let logins = Logins(stage, database: "\(stage.name)_late")
                try await logins.make()
                try await Logins.asSuperuser("create database \(stage.name)_late owner \(stage.name)")
                let late = ["DATABASE_URL": try logins.url(of: "poller")]
                let poller = try stage.start("poller", environment: late)
                try await eventually("it says what it waits for") {
                    poller.messages.contains("run `connectorctl migrate` as the owner").orNil
                }
                #expect(poller.isRunning)
                let owner = stage.databaseURL + "_late"
                let migrate = try stage.start(
                    "connectorctl",
                    ["migrate"],
                    environment: ["DATABASE_URL": owner]
                )
                #expect(try await migrate.end() == 0, "\(migrate.messages)")
                try await eventually("it goes on") { poller.messages.contains("ready").orNil }
                await stage.endAll()
                try await Logins.asSuperuser("drop database \(stage.name)_late with (force)")
                try await logins.remove()
            }
        }
    }
}

/// A login for each service, a member of that service's role alone.
private struct Logins {
    private static let roles = [
        "poller": "mlc_poller", "customer-worker": "mlc_worker", "invoice-worker": "mlc_worker",
        "replayer": "mlc_replayer",
    ]
    let stage: Stage
    let database: String

    init(_ stage: Stage, database: String? = nil) {
        self.stage = stage
        self.database = database ?? stage.name
    }

    private func login(_ service: String) -> String { "\(stage.name)_\(service.replacing("-", with: "_"))" }

    func make() async throws {
        for (service, role) in Self.roles {
            let login = login(service)
            try await Self.asSuperuser("create role \(login) login password '\(login)' in role \(role)")
        }
    }

    func remove() async throws {
        for service in Self.roles.keys { try await Self.asSuperuser("drop role \(login(service))") }
    }

    func url(of service: String) throws -> String {
        var parts = try #require(URLComponents(string: stage.databaseURL))
        (parts.user, parts.password, parts.path) = (login(service), login(service), "/\(database)")
        return try #require(parts.string)
    }

    /// Refused for want of a right; or, of what policies hide, nothing is found.
    func isRefused(_ service: String, _ statement: String, rows: Int? = nil) async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(uri: try url(of: service), applicationName: "end-to-end")
        )
        do throws(PostgresError) {
            let result = try await client.query(PostgresQuery(unescaped: statement))
            #expect(result.count == rows, "\(service): \(statement)")
        } catch {
            #expect(rows == nil && error.sqlState == "42501", "\(service): \(statement): \(error)")
        }
        await client.close()
    }

    static func asSuperuser(_ statement: String) async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(
                uri: try #require(Rig.databaseURL),
                applicationName: "end-to-end",
                maximumConnections: 1
            )
        )
        try await client.execute(script: statement)
        await client.close()
    }
}
