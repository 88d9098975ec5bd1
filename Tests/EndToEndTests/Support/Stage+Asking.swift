import ExactJSON
import Foundation
import PostgresClient
import Testing

/// What a command came to.
struct Answer {
    let status: Int32
    let output: String
    let messages: String

    /// Standard output as JSON, which `--json` promises it to be.
    func json() throws -> JSON {
        do { return try JSON(parsing: output) } catch {
            throw Disappointment("not JSON (\(error)): \(output.prefix(2000))\n\(messages.prefix(2000))")
        }
    }
}

extension Stage {
    /// Runs `connectorctl` to its end.
    func run(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> Answer {
        try await finish(start("connectorctl", arguments), within: limit)
    }

    /// Runs `connectorctl … --json` and requires an exit status.
    @discardableResult
    func ask(_ arguments: String..., status: Int32 = 0, within limit: Duration = .seconds(60)) async throws
        -> JSON
    {
        let answer = try await finish(start("connectorctl", arguments + ["--json"]), within: limit)
        try #require(
            answer.status == status,
            "connectorctl \(arguments.joined(separator: " ")): \(answer.output.prefix(1500)) \(answer.messages.prefix(1500))"
        )
        return try answer.json()
    }

    /// Waits for a command's end.
    func finish(_ program: Program, within limit: Duration = .seconds(60)) async throws -> Answer {
        let status = try await program.end(within: limit)
        return Answer(status: status, output: program.output, messages: program.messages)
    }

    /// Applies a tenant file.
    func apply(_ plan: TenantPlan) async throws {
        let file = try write(plan.text, to: "\(plan.tenant).yaml")
        let answer = try await run("tenant", "apply", file)
        try #require(answer.status == 0, "\(answer.messages)")
    }

    /// Dead letters that are not resolved.
    func deadLetters(_ tenant: String = "acme") async throws -> [JSON] {
        try #require(try await ask("dead", "list", "--tenant", tenant).array)
    }

    /// How many documents of a tenant are in each state: no command counts all of them.
    func states(_ tenant: String = "acme", kind: String? = nil) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try await peek(
            "select state, count(*) as count from documents where tenant = \(tenant) and kind = coalesce(\(kind), kind) group by state"
        )
        for row in rows { counts[try row.get("state")] = try row.get("count", as: Int.self) }
        return counts
    }

    /// Waits until a tenant's store is read and every document decided.
    func settled(_ tenant: String = "acme", within limit: Duration = .seconds(60)) async throws {
        var last: [String: Int] = [:]
        try await eventually("every document is decided: \(last)", within: limit, every: .milliseconds(200)) {
            last = try await states(tenant)
            let isUnderWay = ["waiting", "posting", "inDoubt"].contains { last[$0, default: 0] > 0 }
            let open = try await peek(
                "select id from runs where tenant = \(tenant) and state in ('requested', 'running')"
            )
            return (!last.isEmpty && !isUnderWay && open.isEmpty).orNil
        }
    }

    /// A look into the database.
    func peek(_ query: PostgresQuery) async throws -> [PostgresRow] {
        let configuration = PostgresConfiguration(
            uri: databaseURL,
            applicationName: "end-to-end",
            maximumConnections: 1
        )
        let client = PostgresClient(configuration: configuration)
        do {
            let rows = Array(try await client.query(query))
            await client.close(grace: .zero)
            return rows
        } catch {
            await client.close(grace: .zero)
            throw error
        }
    }

    /// What the database remembers of documents that are not well, of claims and of replays: for a failure's text.
    var memory: String {
        get async {
            let queries: [PostgresQuery] = [
                """
                select concat_ws(' ', kind, document, state, revision, published_revision, reason)::text as line
                from documents where state not in ('posted', 'skipped') order by state, document limit 12
                """,
                """
                select concat_ws(' ', 'claim', id, state, 'try', try, 'batch', batch)::text as line from claims
                where state <> 'done' order by id limit 12
                """,
                "select to_jsonb(r)::text as line from replays r limit 3",
                "select to_jsonb(h)::text as line from company_health h",
                "select to_jsonb(s)::text as line from sign_ins s",
            ]
            var text = ""
            for query in queries {
                for row in (try? await peek(query)) ?? [] {
                    text += "   \((try? row.get("line", as: String.self)) ?? "")\n"
                }
            }
            return text
        }
    }
}
