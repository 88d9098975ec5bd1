import Accounting
import Foundation
import PostgresClient

extension Database {
    /// Open failures, newest first.
    /// - Parameter after: begins behind this failure, for the next page.
    public func openFailures(
        _ filter: FailureFilter = .all,
        limit: Int = 10_000,
        after: Int64? = nil
    ) async throws -> [FailureRecord] {
        try await client.query(
            """
            select \(FailureRecord.columns) from failures f
            where f.resolution is null and \(filter.conditions) \(Self.beyond(after))
            order by f.failed_at desc, f.id desc limit \(limit)
            """
        ).map(FailureRecord.init(row:))
    }

    private static func beyond(_ failure: Int64?) -> PostgresQuery {
        guard let failure else { return "" }
        return "and (f.failed_at, f.id) < (select a.failed_at, a.id from failures a where a.id = \(failure))"
    }

    /// How many open failures there are.
    /// - Parameter after: counts those behind this one in the list.
    public func openFailureCount(_ filter: FailureFilter = .all, after: Int64? = nil) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as count from failures f
            where f.resolution is null and \(filter.conditions) \(Self.beyond(after))
            """
        )
        return try rows.first?.get("count", as: Int.self) ?? 0
    }

    /// The open failures of a selection, each once, oldest first; however many there are.
    public func openFailureIDs(_ filter: FailureFilter) async throws -> [Int64] {
        try await client.query(
            """
            select f.id from failures f where f.resolution is null and \(filter.conditions)
            order by f.failed_at, f.id
            """
        ).map { try $0.get(0) }
    }

    /// One failure, open or not.
    public func failure(_ id: Int64) async throws -> FailureRecord? {
        try await client.query("select \(FailureRecord.columns) from failures f where f.id = \(id)").first
            .map(FailureRecord.init(row:))
    }

    /// The dead letter of a failure as it was taken from its queue.
    public func letter(ofFailure id: Int64) async throws -> String? {
        try await client.query("select message from failures where id = \(id)").first?.get("message")
    }

    /// Every failure of a document, newest first.
    public func failures(of key: DocumentKey) async throws -> [FailureRecord] {
        try await attempts(at: key).map(\.failure)
    }

    /// Every death of a document with what was sent and answered, newest first, at most a hundred.
    public func attempts(at key: DocumentKey) async throws -> [FailureAttempt] {
        try await client.query(
            """
            select \(FailureAttempt.columns) from failures f where f.tenant = \(key.tenant.name)
                and f.company is not distinct from nullif(\(key.companyText), '')
                and f.kind = \(key.kind.rawValue) and f.source_id = \(key.sourceID) order by f.id desc limit 100
            """
        ).map(FailureAttempt.init(row:))
    }

    /// One failure with what was sent and answered.
    public func attempt(_ id: Int64) async throws -> FailureAttempt? {
        try await client.query("select \(FailureAttempt.columns) from failures f where f.id = \(id)").first
            .map(FailureAttempt.init(row:))
    }

    /// The documents that are dead of these failures; strays have none.
    public func deadDocuments(ofFailures ids: [Int64]) async throws -> [DocumentRecord] {
        try await client.query(
            """
            select d.* from failures f join documents d on d.death_id = f.death_id and d.state = 'dead'
            where f.id = any(\(ids)::bigint[])
            """
        ).map(DocumentRecord.init(row:))
    }
}
