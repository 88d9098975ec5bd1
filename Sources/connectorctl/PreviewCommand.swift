import Accounting
import AdobeCommerce
import ArgumentParser
import ExactJSON
import Foundation
import HTTPClient
import Onboarding
import Polling
import Posting
import ServiceRuntime
import Storage
import Tenancy

struct PreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract:
            "Shows what would be posted of a store's newest documents, and what is in the way; writes nothing."
    )
    @Argument var tenant: String
    @Option(help: "Only documents created on that day or later, by the company's calendar.")
    var since: String?
    @Option(help: "Orders (or invoices) and credit memos to look at, the newest of each: 1 to 300.")
    var limit = 50
    @Flag(help: "Documents of before the startDate, too, as if there were none.")
    var ignoreStartDate = false
    @Flag(help: "Explain each document line by line.")
    var explain = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...300).contains(limit) else { throw ValidationError("--limit is a number from 1 to 300.") }
        if let since, CalendarDate(since) == nil {
            throw ValidationError("\(since) is not a day such as 2026-01-31.")
        }
    }

    func run() async throws {
        try await Reach.database { database, environment in
            var configuration = try await Reach.configuration(of: tenant, in: database).within(
                environment.limits
            )
            if ignoreStartDate {
                for index in configuration.companies.indices {
                    configuration.companies[index].startDate = nil
                }
            }
            let sample = try await sample(of: configuration, database, environment)
            let documents = Preview.of(sample.documents, configuration)
            let comparison = try await comparison(of: documents, configuration, database, environment)
            let findings = PreviewFindings(
                documents,
                unreadable: sample.unreadable,
                comparison: comparison,
                configuration
            )
            if output.isJSON {
                Console.answer(findings.json)
            } else {
                Console.answer(text(findings))
            }
            guard findings.problems.isEmpty else { throw ExitCode(1) }
            guard findings.notCompared.isEmpty else { throw ExitCode(3) }
        }
    }

    /// What Sage 300 has against the documents; that it cannot be asked is part of the answer.
    private func comparison(
        of documents: [PreviewedDocument],
        _ configuration: TenantConfiguration,
        _ database: Database,
        _ environment: ServiceEnvironment
    ) async throws -> LedgerComparison.Outcome {
        let http = Connections.http(environment, name: "connectorctl")
        let ledgers = SageAccess(
            database: database,
            vault: try Connections.vault(environment),
            http: http,
            instance: UUID()
        )
        let comparison = LedgerComparison(database: database, gate: try await ledgers.gate(of: configuration))
        let outcome = try await comparison.outcome(of: documents, configuration) { company in
            Console.say("comparing with company \(company) of \(configuration.sage.url) …")
        }
        await http.close()
        return outcome
    }

    private func sample(
        of configuration: TenantConfiguration,
        _ database: Database,
        _ environment: ServiceEnvironment
    ) async throws -> (documents: [ObservedDocument], unreadable: [Failure]) {
        let http = Connections.http(environment, name: "connectorctl")
        let stores = StoreAccess(
            database: database,
            vault: try Connections.vault(environment),
            http: http,
            logger: Reach.quiet
        )
        Console.say("reading the newest documents of \(configuration.adobe.url) …")
        do {
            let sample = try await StoreSample(stores: stores).newest(
                of: configuration,
                since: since.flatMap { CalendarDate($0) },
                limit: limit
            )
            await http.close()
            return sample
        } catch let error as AdobeError {
            await http.close()
            throw Reach.failure(3, "\(error.sentence) \(error.nextStep)")
        }
    }

    private func text(_ findings: PreviewFindings) -> String {
        let (documents, problems) = (findings.documents, findings.problems)
        guard !documents.isEmpty || !problems.isEmpty else { return "The store has no documents to look at." }
        var table = Table([
            ("DOCUMENT", .left), ("KIND", .left), ("COMPANY", .left), ("CUSTOMER", .left), ("TOTAL", .right),
            ("WOULD BE", .left),
        ])
        for document in documents { table.add(document.row(findings.obstacles(of: document))) }
        var sections = [table.text]
        if explain {
            sections += documents.compactMap { document in
                if case .entry(let invoice) = document.outcome { invoice.explanation } else { nil }
            }
        }
        sections += problems.map { $0.text(rowsTitle: "rows to add to the tenant file:") }
        sections += findings.held.map { $0.text(rowsTitle: "row that lets them in:") }
        sections += findings.notCompared.map { "Not compared with company \($0.company): \($0.reason)" }
        if problems.isEmpty, findings.notCompared.isEmpty { sections.append("No problems.") }
        return sections.joined(separator: "\n\n")
    }
}

extension PreviewFindings {
    fileprivate var json: JSON {
        [
            "documents": .array(documents.map { $0.json(obstacles(of: $0)) }),
            "problems": .array(problems.map(\.json)), "held": .array(held.map(\.json)),
            "notCompared": .array(
                notCompared.map { ["company": .string($0.company.name), "reason": .string($0.reason)] }
            ),
        ]
    }
}

extension PreviewFinding {
    fileprivate func text(rowsTitle: String) -> String {
        var lines = ["\(count) × \(cause)", "   for instance \(example)"]
        if !fix.isEmpty { lines.append("   next: \(fix)") }
        if !rows.isEmpty {
            lines.append("   \(rowsTitle)")
            lines += rows.split(separator: "\n", omittingEmptySubsequences: false).map { "      \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    fileprivate var json: JSON {
        [
            "cause": .string(cause), "code": .string(code), "count": .int(count),
            "example": .string(example), "fix": .string(fix), "rows": .string(rows),
            "company": company.map { .string($0.name) } ?? .null,
        ]
    }
}

extension PreviewedDocument {
    fileprivate func row(_ obstacles: [Failure]) -> [String] {
        let company = company?.name ?? "-"
        switch outcome {
        case .entry(let invoice):
            let total = Money(invoice.total, invoice.currency).description
            let entered = invoice.type == .invoice ? "entered as an invoice" : "entered as a credit note"
            let type =
                obstacles.isEmpty ? entered : "refused: " + obstacles.map(\.reason).joined(separator: " ")
            return [document, kind.rawValue, company, invoice.customer.text, total, type]
        case .leftOut(let reason): return [document, kind.rawValue, company, "-", "-", "left out: \(reason)"]
        case .held(let reason): return [document, kind.rawValue, company, "-", "-", "held: \(reason)"]
        case .refused(let failure):
            return [document, kind.rawValue, company, "-", "-", "dead-lettered: \(failure.reason)"]
        }
    }

    fileprivate func json(_ obstacles: [Failure]) -> JSON {
        var object: JSONObject = [
            "document": .string(document), "number": .string(number), "kind": .string(kind.rawValue),
            "company": company.map { .string($0.name) } ?? .null, "customer": .null, "total": .null,
            "currency": .null, "lines": .array([]), "problems": .array([]),
        ]
        switch outcome {
        case .entry(let invoice):
            object["customer"] = .string(invoice.customer.text)
            object["total"] = .string(Money(invoice.total, invoice.currency).amountText)
            object["currency"] = .string(invoice.currency.code)
            object["lines"] = .array(invoice.lines.map { $0.json(in: invoice.currency) })
            object["explanation"] = .string(invoice.explanation)
            object["decision"] = obstacles.isEmpty ? "enter" : "refuse"
            object["problems"] = .array(obstacles.map { .string($0.reason) })
        case .leftOut(let reason):
            object["decision"] = "skip"
            object["reason"] = .string(reason)
        case .held(let reason):
            object["decision"] = "hold"
            object["reason"] = .string(reason)
        case .refused(let failure):
            object["decision"] = "refuse"
            object["problems"] = .array([.string(failure.reason)])
        }
        return .object(object)
    }
}

extension ARInvoice.Line {
    fileprivate func json(in currency: Currency) -> JSON {
        [
            "role": .string(role.rawValue), "account": .string(account), "description": .string(description),
            "amount": .string(Money(amount, currency).amountText), "rule": rule.map(JSON.string) ?? .null,
        ]
    }
}
