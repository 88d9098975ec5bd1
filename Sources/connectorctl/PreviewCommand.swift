import Accounting
import AdobeCommerce
import ArgumentParser
import ExactJSON
import Foundation
import HTTPClient
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
            let record = try await Reach.tenant(tenant, in: database)
            var configuration: TenantConfiguration
            do {
                configuration = try TenantFile.parseStored(record.configuration).within(environment.limits)
            } catch {
                throw Reach.failure(
                    2,
                    "The tenant file that is in force cannot be read: \(error) Apply it again."
                )
            }
            if ignoreStartDate {
                for index in configuration.companies.indices {
                    configuration.companies[index].startDate = nil
                }
            }
            let sample = try await sample(of: configuration, database, environment)
            let documents = Preview.of(sample.documents, configuration)
            let problems = PreviewProblem.grouped(documents, sample.unreadable)
            if output.isJSON {
                Console.answer([
                    "documents": .array(documents.map(\.json)), "problems": .array(problems.map(\.json)),
                ])
            } else {
                Console.answer(text(documents, problems))
            }
            guard problems.isEmpty else { throw ExitCode(1) }
        }
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

    private func text(_ documents: [PreviewedDocument], _ problems: [PreviewProblem]) -> String {
        guard !documents.isEmpty || !problems.isEmpty else { return "The store has no documents to look at." }
        var table = Table([
            ("DOCUMENT", .left), ("KIND", .left), ("COMPANY", .left), ("CUSTOMER", .left), ("TOTAL", .right),
            ("WOULD BE", .left),
        ])
        for document in documents { table.add(document.row) }
        var sections = [table.text]
        if explain {
            sections += documents.compactMap { document in
                if case .entry(let invoice) = document.outcome { invoice.explanation } else { nil }
            }
        }
        for problem in problems {
            sections.append(
                "\(problem.count) × \(problem.failure.reason)\n   for instance \(problem.example)\n"
                    + "   next: \(problem.failure.nextStep)"
            )
        }
        if problems.isEmpty { sections.append("No problems.") }
        return sections.joined(separator: "\n\n")
    }
}

/// What is in the way of some documents, said once.
private struct PreviewProblem {
    let failure: Failure
    var count: Int
    let example: String

    /// By cause, the most frequent first.
    static func grouped(_ documents: [PreviewedDocument], _ unreadable: [Failure]) -> [PreviewProblem] {
        var problems: [String: PreviewProblem] = [:]
        func add(_ failure: Failure, _ example: String) {
            let cause = "\(failure.code)/\(failure.subject)"
            problems[cause, default: PreviewProblem(failure: failure, count: 0, example: example)].count += 1
        }
        for document in documents {
            if case .refused(let failure) = document.outcome { add(failure, document.document) }
        }
        for failure in unreadable { add(failure, failure.subject) }
        return problems.values.sorted { ($1.count, $0.failure.code) < ($0.count, $1.failure.code) }
    }

    var json: JSON {
        [
            "cause": .string(failure.reason), "code": .string(failure.code), "count": .int(count),
            "example": .string(example), "fix": .string(failure.nextStep),
        ]
    }
}

extension PreviewedDocument {
    fileprivate var row: [String] {
        let company = company?.name ?? "-"
        switch outcome {
        case .entry(let invoice):
            let total = Money(invoice.total, invoice.currency).description
            let type = invoice.type == .invoice ? "entered as an invoice" : "entered as a credit note"
            return [document, kind.rawValue, company, invoice.customer.text, total, type]
        case .leftOut(let reason): return [document, kind.rawValue, company, "-", "-", "left out: \(reason)"]
        case .held(let reason): return [document, kind.rawValue, company, "-", "-", "held: \(reason)"]
        case .refused(let failure):
            return [document, kind.rawValue, company, "-", "-", "dead-lettered: \(failure.reason)"]
        }
    }

    fileprivate var json: JSON {
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
            object["decision"] = "enter"
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
