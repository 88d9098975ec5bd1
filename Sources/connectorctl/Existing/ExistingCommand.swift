import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Glibc
import HTTPClient
import Posting
import ServiceRuntime
import Storage
import Tenancy

/// Invoices that somebody typed by hand before the connector came: found, shown, and linked instead of doubled.
struct ExistingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "existing",
        abstract:
            "Shows which documents of the store somebody seems to have typed into Sage 300 by hand, and links them.",
        discussion: """
            Reads Sage 300 and writes nothing there. What it finds certain or likely is not entered before you have said \
            what it is: --link (they are the same: nothing is entered) or --reject (they are not: it is entered).
            At a terminal it asks, one by one.
            """
    )
    @Argument var tenant: String
    @Option(help: "Only this company of the tenant.")
    var company: String?
    @Option(help: "Only documents the store made on that day or later.")
    var since: String?
    @Option(parsing: .upToNextOption, help: ArgumentHelp("They are the same: link them.", valueName: "id"))
    var link: [Int64] = []
    @Flag(help: "Link all that are certain and fit nothing else.")
    var linkAll = false
    @Option(parsing: .upToNextOption, help: ArgumentHelp("They are not the same.", valueName: "id"))
    var reject: [Int64] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("The link was a mistake: the document is entered after all.", valueName: "id")
    )
    var unlink: [Int64] = []
    @Option(help: "Why; kept with the document. Needed by --reject and --unlink.")
    var reason: String?
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let since, CalendarDate(since) == nil {
            throw ValidationError("\(since) is not a day such as 2026-01-31.")
        }
        if !reject.isEmpty || !unlink.isEmpty, (reason ?? "").isEmpty {
            throw ValidationError("Say why with --reason: it is kept with the document.")
        }
        let said = link + reject + unlink
        guard Set(said).count == said.count else { throw ValidationError("A number is given twice.") }
    }

    private var isAnswer: Bool { !(link + reject + unlink).isEmpty }

    func run() async throws {
        try await Reach.database { database, environment in
            let record = try await Reach.tenant(tenant, in: database)
            let configuration: TenantConfiguration
            do { configuration = try TenantFile.parseStored(record.configuration) } catch {
                throw Reach.failure(
                    2,
                    "The tenant file that is in force cannot be read: \(error) Apply it again."
                )
            }
            let http = Connections.http(environment, name: "connectorctl")
            let outcome: Result<Void, any Error>
            do {
                let access = SageAccess(
                    database: database,
                    vault: try Connections.vault(environment),
                    http: http,
                    instance: UUID()
                )
                let gate = try await access.gate(of: configuration)
                let reviews = try chosen(configuration).map { rules in
                    CutOverReview(gate: gate, database: database, tenant: configuration.tenant, rules: rules)
                }
                let session = ExistingSession(
                    database: database,
                    tenant: configuration.tenant,
                    reviews: Dictionary(zip(try chosen(configuration).map(\.company), reviews)) { $1 },
                    isJSON: output.isJSON
                )
                try await run(session)
                outcome = .success(())
            } catch { outcome = .failure(error) }
            await http.close()
            do { try outcome.get() } catch let error as LedgerUnreadable {
                throw Reach.failure(3, "\(error)")
            }
        }
    }

    private func chosen(_ configuration: TenantConfiguration) throws -> [CompanyRules] {
        guard let company else { return configuration.companies }
        let chosen = configuration.companies.filter { $0.company.name == company.uppercased() }
        guard !chosen.isEmpty else {
            let names = configuration.companies.map(\.company.name).joined(separator: ", ")
            throw Reach.failure(2, "\(tenant) has no company \(company); it has \(names).")
        }
        return chosen
    }

    private func run(_ session: ExistingSession) async throws {
        if isAnswer {
            try await session.unlink(unlink, why: reason ?? "")
            try await session.reject(reject, why: reason ?? "")
            try await session.link(link)
        }
        if linkAll || !isAnswer {
            try await session.look(since: since.flatMap { CalendarDate($0) })
        }
        if linkAll {
            let certain = try await session.certain()
            if try isWanted(certain.count) { try await session.link(certain) }
        } else if !isAnswer, !output.isJSON, !yes, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 {
            Console.say(try await session.listing())
            try await session.ask()
            return
        }
        try await session.answer(withListing: !isAnswer || linkAll)
    }

    private func isWanted(_ count: Int) throws -> Bool {
        guard count > 0, !yes, isatty(STDIN_FILENO) == 1 else { return count > 0 }
        return try Confirmation.ask("Link the \(count) that are certain?") == .yes
    }
}

/// A question to whoever sits at the terminal.
enum Confirmation {
    enum Answer { case yes, no, quit }

    static func ask(_ question: String, canQuit: Bool = false) throws -> Answer {
        FileHandle.standardError.write(Data("\(question) [y/N\(canQuit ? "/q" : "")] ".utf8))
        guard let line = readLine()?.lowercased() else { return canQuit ? .quit : .no }
        if ["y", "yes"].contains(line) { return .yes }
        return canQuit && ["q", "quit"].contains(line) ? .quit : .no
    }
}
