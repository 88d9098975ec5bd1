import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import HTTPClient
import Onboarding
import Polling
import Posting
import ServiceRuntime
import Storage
import Synchronization
import Tenancy

struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Checks both systems of a tenant against its file; reads only.",
        discussion: """
            Every check is on a line of its own, with what to do about each that fails. Ends with 0 when all is well \
            and 1 when a check failed. A refused sign-in to Sage 300 is not tried again.
            """
    )
    @Argument(help: "Whose systems.")
    var tenant: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database { database, environment in
            let configuration = try await Reach.configuration(of: tenant, in: database)
            let parts = try PingParts(database, environment)
            Console.say("asking \(configuration.adobe.url) and \(configuration.sage.url) …")
            let count = PingCount()
            let checks = try await parts.ping.checks(of: configuration) { count.note($0) }
            count.end()
            await parts.http.close()
            if output.isJSON {
                Console.answer(.array(checks.map(\.json)))
            } else {
                Console.answer(PingSheet(checks).text)
            }
            guard checks.allSatisfy(\.isFine) else { throw ExitCode(1) }
        }
    }
}

/// Says on standard error how far a ping has come.
private final class PingCount: Sendable {
    private let state = Mutex((made: 0, last: ""))

    func note(_ check: PingCheck) {
        state.withLock { state in
            state.made += 1
            // Elsewhere than on a terminal one line for each check would drown the answer.
            guard Console.isTerminal else { return }
            Console.progress(
                "\(state.made) checks made; last: \(check.system.rawValue) \(check.name)",
                last: &state.last
            )
        }
    }

    func end() {
        state.withLock { Console.endProgress($0.last) }
    }
}

/// Checks as people read them.
struct PingSheet {
    private let checks: [PingCheck]

    init(_ checks: [PingCheck]) { self.checks = checks }

    /// A table of all checks side by side, long texts folded, and how it went.
    var text: String {
        var table = Table([
            ("", .left), ("SYSTEM", .left), ("CHECK", .left), ("FOUND", .left), ("TO DO", .left),
        ])
        for check in checks {
            let found = Self.folded(check.detail)
            let toDo = Self.folded(check.isChecked ? check.fix : "")
            for line in 0..<max(found.count, toDo.count, 1) {
                let head = line == 0 ? [check.mark, check.system.rawValue, check.name] : ["", "", ""]
                table.add(head + [found, toDo].map { line < $0.count ? $0[line] : "" })
            }
        }
        return table.text + "\n\n" + verdict
    }

    private static let columnWidth = 56

    /// Lines of at most a column's width, broken between words.
    private static func folded(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count < columnWidth {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private var verdict: String {
        let failed = checks.filter { !$0.isFine && $0.isChecked }.count
        let unchecked = checks.filter { !$0.isChecked }.count
        guard failed + unchecked > 0 else { return "All \(checks.count) checks are well." }
        let rest = unchecked == 0 ? "" : ", \(unchecked) could not be made because of it"
        return "\(failed) of \(checks.count) checks failed\(rest). Ping again once they are mended."
    }
}

extension PingCheck {
    fileprivate var mark: String { isFine ? "ok" : isChecked ? "FAIL" : "-" }

    fileprivate var json: JSON {
        [
            "check": .string(name), "system": .string(system.rawValue), "ok": .bool(isFine),
            "detail": .string(detail), "fix": .string(fix), "kind": .string(kind.rawValue),
            "company": company.map { .string($0.name) } ?? .null, "checked": .bool(isChecked),
        ]
    }
}

/// What a ping is made of.
private struct PingParts {
    let ping: Ping
    let http: HTTPClient

    init(_ database: Database, _ environment: ServiceEnvironment) throws {
        let vault = try Connections.vault(environment)
        http = Connections.http(environment, name: "connectorctl")
        ping = Ping(
            database: database,
            stores: StoreAccess(database: database, vault: vault, http: http, logger: Reach.quiet),
            ledgers: SageAccess(database: database, vault: vault, http: http, instance: UUID()),
            http: http
        )
    }
}
