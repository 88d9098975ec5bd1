public import AMQPClient
import Accounting
import Foundation
public import Messaging
public import PostgresClient
import Storage

extension Bench {
    /// One whole number that a query answers.
    public func count(_ query: PostgresQuery) async throws -> Int {
        guard let row = try await database.client.query(query).first else { throw BenchError("no row") }
        return try row.get(0)
    }

    /// Sets the clock forward by setting what is remembered back.
    public func age(_ interval: String) async throws {
        _ = try await database.client.query(
            """
            update documents set state_since = state_since - \(interval)::interval,
                published_at = published_at - \(interval)::interval
            """
        )
        _ = try await database.client.query(
            "update runs set started_at = started_at - \(interval)::interval"
        )
    }

    /// A queue of the tenant's.
    public func queue(_ kind: WorkKind, of company: String = "SAMINC") throws -> WorkQueue {
        guard let company = CompanyID(company) else { throw BenchError("\(company) is no company") }
        return WorkQueue(tenant: tenant, company: company, kind: kind)
    }

    /// Takes everything that is in a queue.
    public func drain(_ queue: String) async throws -> [AMQPDelivery] {
        let connection = try messages.connection
        // Counts may lag behind confirms by a moment; a consumer does not.
        let expected = try await connection.inspectQueue(queue)?.readyCount ?? 0
        guard expected > 0 else { return [] }
        let consumer = try await connection.consume(queue, prefetch: 1000)
        var taken: [AMQPDelivery] = []
        for try await delivery in consumer {
            taken.append(delivery)
            try await consumer.acknowledge(delivery)
            if taken.count == expected { break }
        }
        await consumer.cancel()
        return taken
    }

    /// Takes the envelopes that are in a queue of the tenant's.
    public func envelopes(_ kind: WorkKind, of company: String = "SAMINC") async throws -> [Envelope] {
        try await drain(try queue(kind, of: company).name).map { try Envelope(parsing: $0.body) }
    }

    /// Takes the dead letters of a kind.
    public func deadLetters(_ kind: WorkKind) async throws -> [DeadLetter] {
        try await drain(Topology.deadQueue(kind)).map { delivery in
            guard let letter = DeadLetter(parsing: delivery.body) else {
                throw BenchError("a dead letter that is none")
            }
            return letter
        }
    }

    /// Asks every few milliseconds until `condition` holds: the database cannot call back.
    @discardableResult
    public func eventually<Value>(
        _ what: String,
        within limit: Duration = .seconds(20),
        _ condition: () async throws -> Value?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        while true {
            if let value = try await condition() { return value }
            guard ContinuousClock.now < deadline else {
                throw BenchError(
                    "not within \(limit): \(what)\n\(journal.lines.suffix(20).joined(separator: "\n"))"
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
