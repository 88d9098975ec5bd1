import AMQPClient
import Foundation
import PostgresClient
import Testing

/// Builds a stage, runs `body` on it, and takes everything away again whatever happens.
/// - Parameter isEmpty: without a key file, and with nothing in the database.
func withStage(
    on site: BrokerSite = .single,
    isEmpty: Bool = false,
    _ body: (Stage) async throws -> Void
) async throws {
    let name = "e2e_" + UUID().uuidString.lowercased().prefix(8)
    let folder = URL(filePath: Rig.keptLogs ?? NSTemporaryDirectory()).appending(path: "ml-\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let stage = try Stage(
        name: name,
        folder: folder,
        site: site,
        brokerURL: try Building.urls(site.urls, path: name),
        databaseURL: try Building.url(Rig.databaseURL, path: name, user: name, password: name)
    )
    do {
        async let virtualHost: Void = Building.makeVirtualHost(stage)
        try await Building.makeDatabase(stage)
        try await virtualHost
        if !isEmpty {
            let keys = try await stage.run("keys", "generate", "--output", stage.keyFile)
            try #require(keys.status == 0, "\(keys.messages)")
            try await stage.ask("migrate")
        }
        try await body(stage)
    } catch {
        // A failed expectation has been recorded; what was logged has not.
        let what = error is Disappointment || error is AMQPError ? "\(error)" : "\(type(of: error))"
        Issue.record("\(what)\n\(await stage.memory)\(stage.logTails)")
    }
    // The test's time limit cancels its task; cleaning up must not be.
    await Task.detached {
        await stage.endAll()
        await Building.remove(stage)
    }.value
}

private enum Building {
    /// Those of a cluster's nodes, or the one.
    static func urls(_ text: String?, path: String) throws -> String {
        try #require(text).split(separator: ",").map { try url(String($0), path: path) }.joined(
            separator: ","
        )
    }

    static func url(_ text: String?, path: String, user: String? = nil, password: String? = nil) throws
        -> String
    {
        var parts = try #require(text.flatMap { URLComponents(string: $0) })
        parts.path = "/\(path)"
        if let user { parts.user = user }
        if let password { parts.password = password }
        return try #require(parts.string)
    }

    static func makeVirtualHost(_ stage: Stage) async throws {
        let user = try stage.brokerUser
        try await stage.control("add_vhost", stage.name)
        try await stage.control("set_permissions", "-p", stage.name, user, ".*", ".*", ".*")
    }

    /// The services' role is no superuser, because row-level security would not bind one.
    static func makeDatabase(_ stage: Stage) async throws {
        try await asSuperuser(
            "create role \(stage.name) login createrole password '\(stage.name)'",
            "create database \(stage.name) owner \(stage.name)"
        )
    }

    /// Problems here are the next run's, not the test's.
    static func remove(_ stage: Stage) async {
        _ = try? await stage.control("delete_vhost", stage.name)
        try? await asSuperuser("drop database if exists \(stage.name) with (force)")
        try? await asSuperuser("drop role if exists \(stage.name)")
        if Rig.keptLogs == nil { try? FileManager.default.removeItem(at: stage.folder) }
    }

    private static func asSuperuser(_ statements: String...) async throws {
        let configuration = PostgresConfiguration(
            uri: try #require(Rig.databaseURL),
            applicationName: "end-to-end",
            maximumConnections: 1
        )
        let client = PostgresClient(configuration: configuration)
        do {
            for statement in statements { try await client.execute(script: statement) }
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }
}
