import AMQPClient
import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import ServiceRuntime
import Storage
import Tenancy

struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Shows what waits where, dead letters included."
    )
    @OptionGroup var output: OutputOptions

    private struct Row {
        var tenant: String?
        var company: String?
        var kind: String
        var queue: String
        var ready = 0
        var unacknowledged: Int?
        var consumers = 0
        var oldestSeconds: Int?
        var held = 0
        var pause: String?
        var isPublishedTo = true
    }

    func run() async throws {
        try await Reach.both { database, broker, environment in
            let unacknowledged = await ManagementAPI(environment).unacknowledged()
            var rows = try await workQueues(database)
            // Nothing is ever published to the others, so there is no queue to ask for.
            let states = try await states(of: rows.filter(\.isPublishedTo).map(\.queue), broker, environment)
            for index in rows.indices where rows[index].isPublishedTo {
                let state = states[rows[index].queue]
                rows[index].ready = state?.readyCount ?? 0
                rows[index].consumers = state?.consumerCount ?? 0
                rows[index].unacknowledged = unacknowledged[rows[index].queue]
            }
            for name in Topology.deadQueues {
                let state = try await broker.readyCount(name)
                rows.append(
                    Row(
                        kind: "dead",
                        queue: name,
                        ready: state?.readyCount ?? 0,
                        unacknowledged: unacknowledged[name],
                        consumers: state?.consumerCount ?? 0
                    )
                )
            }
            answer(rows)
            for (tenant, usage) in try await database.heldReadings().sorted(by: { $0.key < $1.key }) {
                Console.say("\(tenant): reading its store is held: \(usage.heldReason ?? "")")
            }
            for finding in try await database.findings() {
                Console.say("\(finding.target): \(finding.detail)")
            }
        }
    }

    /// A channel answers one question at a time: many queues are asked about over several connections.
    private func states(
        of queues: [String],
        _ broker: Broker,
        _ environment: ServiceEnvironment
    ) async throws -> [String: AMQPQueueState] {
        var brokers = [broker]
        while brokers.count < min(6, queues.count / 100) {
            brokers.append(
                try await Connections.broker(environment, name: "connectorctl", logger: Reach.quiet)
            )
        }
        let count = brokers.count
        let states = try await withThrowingTaskGroup(of: [(String, AMQPQueueState)].self) { group in
            for (place, broker) in brokers.enumerated() {
                group.addTask {
                    var states: [(String, AMQPQueueState)] = []
                    for index in stride(from: place, to: queues.count, by: count) {
                        guard let state = try await broker.readyCount(queues[index]) else { continue }
                        states.append((queues[index], state))
                    }
                    return states
                }
            }
            var states: [String: AMQPQueueState] = [:]
            for try await some in group {
                for (queue, state) in some { states[queue] = state }
            }
            return states
        }
        for other in brokers.dropFirst() { await other.connection.close() }
        return states
    }

    /// Who a count is of.
    private struct Owner: Hashable {
        let tenant: String
        let company: String
        var kind = WorkKind.invoices
    }

    private func workQueues(_ database: Database) async throws -> [Row] {
        let held = Dictionary(
            try await database.counts(of: nil).filter { $0.state == .held }.map {
                (Owner(tenant: $0.tenant, company: $0.company, kind: WorkKind($0.kind)), $0.count)
            },
            uniquingKeysWith: +
        )
        let oldest = Dictionary(
            try await database.oldestWaiting().map {
                (Owner(tenant: $0.tenant, company: $0.company, kind: WorkKind($0.kind)), $0.since)
            },
            uniquingKeysWith: min
        )
        let pauses = Dictionary(
            try await database.pauses().map { (Owner(tenant: $0.tenant, company: $0.company), $0.reason) },
            uniquingKeysWith: { first, _ in first }
        )
        return try await database.tenants().flatMap { tenant in
            let configuration = try TenantFile.parseStored(tenant.configuration)
            let quiet = configuration.sage.quietHours.flatMap { $0.contain(Date()) ? $0.reason : nil }
            return configuration.companies.flatMap { rules in
                WorkKind.allCases.map { kind in
                    var owner = Owner(tenant: tenant.tenant.name, company: rules.company.name)
                    let pause = pauses[owner] ?? quiet
                    owner.kind = kind
                    return Row(
                        tenant: owner.tenant,
                        company: owner.company,
                        kind: kind.rawValue,
                        queue: WorkQueue(tenant: tenant.tenant, company: rules.company, kind: kind).name,
                        oldestSeconds: oldest[owner].map { max(0, Int(Date().timeIntervalSince($0))) },
                        held: held[owner] ?? 0,
                        pause: pause,
                        isPublishedTo: kind != .ledger || rules.defersRevenue
                    )
                }
            }
        }
    }

    private func answer(_ rows: [Row]) {
        if output.isJSON {
            return Console.answer(
                .array(
                    rows.map { row in
                        [
                            "tenant": row.tenant.map(JSON.string) ?? .null,
                            "company": row.company.map(JSON.string) ?? .null, "kind": .string(row.kind),
                            "queue": .string(row.queue), "ready": .int(row.ready),
                            "unacknowledged": row.unacknowledged.map(JSON.int) ?? .null,
                            "consumers": .int(row.consumers),
                            "oldestSeconds": row.oldestSeconds.map(JSON.int) ?? .null, "held": .int(row.held),
                            "paused": .bool(row.pause != nil),
                            "pauseReason": row.pause.map(JSON.string) ?? .null,
                        ]
                    }
                )
            )
        }
        var table = Table([
            ("TENANT", .left), ("COMPANY", .left), ("KIND", .left), ("READY", .right), ("UNACKED", .right),
            ("CONSUMERS", .right), ("OLDEST", .right), ("HELD", .right), ("PAUSED", .left),
        ])
        for row in rows {
            table.add([
                row.tenant ?? "-", row.company ?? "-", row.tenant == nil ? row.queue : row.kind,
                String(row.ready),
                row.unacknowledged.map(String.init) ?? "-", String(row.consumers),
                row.oldestSeconds.map { "\($0) s" } ?? "-", String(row.held), row.pause ?? "",
            ])
        }
        Console.answer(table.text)
    }
}

/// RabbitMQ's management API, where `AMQP_MANAGEMENT_URL` names it.
private struct ManagementAPI {
    let environment: ServiceEnvironment

    init(_ environment: ServiceEnvironment) { self.environment = environment }

    /// Unacknowledged deliveries by queue; empty where there is no such API or it does not answer.
    func unacknowledged() async -> [String: Int] {
        guard let management = environment.managementURL else { return [:] }
        let http = HTTPClient(configuration: HTTPClientConfiguration(userAgent: "ml-connector", proxy: ""))
        let request: HTTPRequest? = management.withText { text in
            guard var parts = URLComponents(string: text) else { return nil }
            let credentials = "\(parts.user ?? "guest"):\(parts.password ?? "guest")"
            parts.user = nil
            parts.password = nil
            parts.path = "/api/queues"
            parts.query = "columns=name,messages_unacknowledged&disable_stats=false"
            guard let url = parts.string else { return nil }
            var headers = HTTPHeaders()
            headers.append("Authorization", "Basic " + Data(credentials.utf8).base64EncodedString())
            return HTTPRequest(url: url, headers: headers, timeouts: .init(total: .seconds(10)))
        }
        guard let request, let response = try? await http.send(request), response.status == 200,
            let queues = try? JSON(parsing: response.body).array
        else {
            Console.say("AMQP_MANAGEMENT_URL did not answer; unacknowledged counts are left out.")
            return [:]
        }
        await http.close()
        var counts: [String: Int] = [:]
        for queue in queues {
            guard let name = queue["name"]?.string else { continue }
            counts[name] = queue["messages_unacknowledged"]?.int
        }
        return counts
    }
}
