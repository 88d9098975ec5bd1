import AMQPClient
import Foundation
import Testing

extension Stage {
    /// The whole database in plain SQL.
    func dump() async throws -> String {
        let program = try launch(
            URL(filePath: "/usr/bin/env"),
            ["pg_dump", "--no-owner", "--enable-row-security", "--dbname", databaseURL],
            environment: Rig.environment,
            label: "pg_dump"
        )
        let status = try await program.end()
        try #require(status == 0, "\(program.messages)")
        let text = program.output
        // It is searched, and not left beside the logs that are.
        try FileManager.default.removeItem(at: program.outputFile)
        return text
    }

    /// The bodies and headers of every message that lies in a queue, which stay there.
    func messages() async throws -> [String: [String]] {
        let list = try await control("list_queues", "-q", "-p", name, "name", "messages")
        let connection = try await brokerConnection("search")
        var found: [String: [String]] = [:]
        for line in list.split(separator: "\n") {
            let words = line.split(separator: "\t").map(String.init)
            guard words.count == 2, let count = Int(words[1]), count > 0 else { continue }
            let consumer = try await connection.consume(words[0], prefetch: min(count, 1000))
            for try await delivery in consumer {
                found[words[0], default: []].append(
                    String(decoding: delivery.body, as: UTF8.self) + "\(delivery)"
                )
                if found[words[0]]?.count ?? 0 >= min(count, 1000) { break }
            }
        }
        // Unacknowledged as they are, they go back.
        await connection.close()
        return found
    }

    /// Everything in the stage's folder whose name has one of these endings, by name.
    func files(where isWanted: (String) -> Bool) throws -> [String: Data] {
        var files: [String: Data] = [:]
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for name in names where isWanted(name) {
            files[name] = FileManager.default.contents(atPath: folder.appending(path: name).path)
        }
        return files
    }
}
