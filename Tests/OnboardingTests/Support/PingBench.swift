import Accounting
import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Logging
import Onboarding
import Polling
import Posting
import SageSimulation
import Storage
import Tenancy
import TestBench
import Testing

/// A tenant with both systems simulated, and the ping of it.
struct PingBench: Sendable {
    let bench: Bench
    let configuration: TenantConfiguration
    let sageURL: String
    /// Speaks to both systems.
    let http: HTTPClient

    func checks() async throws -> [PingCheck] {
        let stores = StoreAccess(
            database: bench.database,
            vault: bench.vault,
            http: http,
            logger: bench.logger
        )
        let ledgers = SageAccess(
            database: bench.database,
            vault: bench.vault,
            http: http,
            instance: UUID()
        )
        let ping = Ping(database: bench.database, stores: stores, ledgers: ledgers, http: http)
        return try await ping.checks(of: configuration)
    }

    /// What Sage 300 was asked with.
    func sageMethods() async throws -> Set<String> {
        Set(try await sageRequests()["log"]?.array?.compactMap { $0["method"]?.string } ?? []).union(["GET"])
    }

    /// How often Sage 300 answered 401.
    func refusals() async throws -> Int {
        (try await sageRequests()["log"]?.array ?? []).count { $0["status"]?.int == 401 }
    }

    private func sageRequests() async throws -> JSON {
        let origin = sageURL.replacing("/Sage300WebApi", with: "")
        let response = try await bench.http.send(HTTPRequest(url: "\(origin)/_simulator/requests"))
        return try JSON(parsing: response.body)
    }
}

/// What a test has otherwise than a tenant that fits.
struct PingSetting: Sendable {
    /// Replacements in the tenant file.
    var file: [(String, String)] = []
    /// More lines of Sage 300's scenario.
    var sage = ""
    /// More lines of the store's scenario.
    var store = ""
    var companies = ["SAMINC"]
    /// Other addresses than the simulators'.
    var storeURL: String?
    var sageURL: String?
    /// Speaks to both systems; nil: the bench's.
    var http: HTTPClient?
}

/// Runs both simulators at a bench of its own, applies a tenant file that fits them but for the setting, and hands
/// over its ping.
func withPing(
    _ setting: PingSetting = PingSetting(),
    _ body: @Sendable (PingBench) async throws -> Void
) async throws {
    try await withBench(hasBroker: false) { try await $0.withPing(setting, body) }
}

extension Bench {
    /// The same at this bench: a schema for each of many settings would cost more than the settings.
    func withPing(
        _ setting: PingSetting,
        _ body: @Sendable (PingBench) async throws -> Void
    ) async throws {
        try await withServers(sage: setting.sage, store: setting.store) { sageURL, storeURL in
            var plan = TenantPlan()
            plan.adobeURL = setting.storeURL ?? storeURL
            plan.sageURL = setting.sageURL ?? sageURL
            plan.companies = setting.companies.enumerated().map { position, company in
                (company, position == 0 ? "[default, us_en]" : "[other\(position)]", "America/Vancouver")
            }
            var text = plan.file(of: tenant).replacing("Pa55word", with: "secret")
            for (old, new) in setting.file {
                try #require(text.contains(old), "the tenant file has no \(old)")
                text = text.replacing(old, with: new)
            }
            _ = try await TenantOnboarding(database: database, vault: vault, policy: .open).apply(text)
            try await body(
                PingBench(
                    bench: self,
                    configuration: try TenantFile.parse(text),
                    sageURL: sageURL,
                    http: setting.http ?? http
                )
            )
        }
    }
}

private func withServers(
    sage: String,
    store: String,
    _ body: (_ sage: String, _ store: String) async throws -> Void
) async throws {
    var logger = Logger(label: "simulator")
    logger.logLevel = .critical
    let (addresses, continuation) = AsyncStream.makeStream(of: (Bool, String).self)
    let ledger = SageSimulator(scenario: try SageSimulation.Scenario(yaml: sage), logger: logger)
    let views = "storeViews: [default, us_en, other1, other2]"
    let shop = AdobeSimulator(
        scenario: try AdobeSimulation.Scenario(yaml: "customers: 3\norders: 5\n\(views)\n\(store)"),
        logger: logger
    )
    let servers = Task {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ledger.run { continuation.yield((true, $0)) } }
            group.addTask { try await shop.run(port: 0) { continuation.yield((false, $0)) } }
            try await group.waitForAll()
        }
    }
    defer { servers.cancel() }
    var found: [Bool: String] = [:]
    for await (isSage, address) in addresses {
        found[isSage] = address
        if found.count == 2 { break }
    }
    try await body(try #require(found[true]), try #require(found[false]))
    servers.cancel()
    _ = await servers.result
}
