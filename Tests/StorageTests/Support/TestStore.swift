import Accounting
import Foundation
import PostgresClient
import Storage
import Synchronization
import Testing

/// A migrated schema of its own in the database that TEST_DATABASE_URL names, with the names most tests use.
struct TestStore: Sendable {
    static let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"]
    static let isAvailable = url != nil

    let database: Database
    let tenant: TenantID
    let company: CompanyID
    let otherCompany: CompanyID

    var client: PostgresClient { database.client }
    var address: String { "https://sage.example.com/Sage300WebApi" }
    var user: String { "CONNECTOR" }
    var target: SageCompany { SageCompany(address: address, company: company) }
    var otherTarget: SageCompany { SageCompany(address: address, company: otherCompany) }

    /// One whole number that a query answers.
    func count(_ query: PostgresQuery) async throws -> Int {
        try #require(try await client.query(query).first).get(0)
    }

    /// Sets the clock forward by setting what is remembered back.
    func age(_ interval: String) async throws {
        _ = try await client.query(
            """
            update documents set state_since = state_since - \(interval)::interval,
                published_at = published_at - \(interval)::interval
            """
        )
    }
}

/// Makes a schema, migrates it, runs `body` and drops the schema.
func withStore(isMigrated: Bool = true, _ body: (TestStore) async throws -> Void) async throws {
    let url = try #require(TestStore.url)
    await Admission.shared.enter()
    defer { Admission.shared.leave() }
    let schema = "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
    let uri = url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(schema)"
    let client = PostgresClient(
        configuration: PostgresConfiguration(
            uri: uri,
            applicationName: schema,
            maximumConnections: 6,
            statementTimeout: .seconds(20)
        )
    )
    let store = TestStore(
        database: Database(client: client),
        tenant: try #require(TenantID("acme")),
        company: try #require(CompanyID("SAMINC")),
        otherCompany: try #require(CompanyID("SAMLTD"))
    )
    _ = try await client.query("create schema \(identifier: schema)")
    let outcome: Result<Void, any Error>
    do {
        if isMigrated { _ = try await store.database.migrate() }
        try await body(store)
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    try await client.execute(
        script: "set client_min_messages = warning; drop schema \"\(schema)\" cascade"
    )
    await client.close()
    try outcome.get()
}

/// Keeps tests that run side by side within the server's `max_connections`.
private final class Admission: Sendable {
    static let shared = Admission()
    private let state = Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>((5, []))

    func enter() async {
        await withCheckedContinuation { continuation in
            let isAdmitted = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isAdmitted { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() as CheckedContinuation? }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
