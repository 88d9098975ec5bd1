import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import HTTPClient
import Polling
import Posting
import ServiceRuntime
import Storage
import Tenancy

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tells the whole life of one order, customer, invoice or shipment, and what happens next."
    )
    @Argument var tenant: String
    @Argument(help: "The store's number, or Sage 300's.")
    var number: String
    @Option(help: "Of several documents with that number, the one of this kind: \(Self.kinds).")
    var kind: String?
    @OptionGroup var output: OutputOptions

    private static let kinds = DocumentKind.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        guard let kind, DocumentKind(rawValue: kind) == nil else { return }
        throw ValidationError("\(kind) is no kind of document: \(Self.kinds).")
    }

    func run() async throws {
        try await Reach.database { control, environment in
            let record = try await Reach.tenant(tenant, in: control)
            let database = try await Reach.bound(control, to: record.tenant)
            let documents = try await database.documents(of: record.tenant, numbered: number)
                .filter { kind == nil || $0.key.kind.rawValue == kind }
            guard let document = documents.likeliest(for: number) else {
                // The store is asked with the tenant's credentials, which a bound session does not see.
                throw try await unseen(record, control, environment)
            }
            let events = try await database.events(of: document.key)
            let next = try await next(document, record, database)
            if output.isJSON {
                let explanation = await explanation(of: document, record, database)
                Console.answer(
                    json(document, events, next, explanation, others: documents.without(document))
                )
            } else {
                let explanation = await explanation(of: document, record, database)
                Console.answer(
                    text(document, events, next, explanation) + namesakes(documents.without(document))
                )
            }
        }
    }

    /// Says at which gate a document stands that has not been seen.
    private func unseen(
        _ record: TenantRecord,
        _ database: Database,
        _ environment: ServiceEnvironment
    ) async throws -> ExitCode {
        let tenant = try TenantFile.parseStored(record.configuration)
        let http = Connections.http(environment, name: "connectorctl")
        // Without a key the store cannot be asked; where the number stands is said all the same, as far as is known.
        let vault = try? Connections.vault(environment)
        let stores = vault.map {
            StoreAccess(database: database, vault: $0, http: http, logger: Reach.quiet)
        }
        let documents = UnseenDocuments(database: database, stores: stores, settle: environment.adobeSettle)
        let found = try await documents.find(number, of: tenant)
        await http.close()
        guard let found else { throw Reach.failure(2, "There is no tenant \(tenant.tenant) any more.") }
        if output.isJSON {
            Console.answer([
                "document": .string(number), "state": .null, "events": [],
                "sage": ["batch": .null, "entry": .null, "document": .null, "posted": false],
                "gate": .string(found.gate.rawValue), "reason": .string(found.reason),
                "next": .string(found.next),
            ])
        }
        return Reach.failure(
            1,
            "\(number) has not been seen in the store of \(tenant.tenant). \(found.reason)\n"
                + "Next: \(found.next)"
        )
    }

    private func next(_ document: DocumentRecord, _ tenant: TenantRecord, _ database: Database) async throws
        -> String
    {
        switch document.state {
        case .waiting:
            if let pause = try await database.pauses().first(where: {
                $0.tenant == document.key.tenant.name && $0.company == document.key.company?.name
            }) {
                return "Its company is paused: \(pause.reason) It goes on by itself once that ends."
            }
            if let quiet = try? TenantFile.parseStored(tenant.configuration).sage.quietHours,
                quiet.contain(Date())
            {
                return "\(quiet.reason) It goes on by itself then."
            }
            return document.publishedRevision < document.revision
                ? "It is published within seconds." : "A worker takes it up."
        case .held:
            let reason = document.reason ?? ""
            if document.isHeldAsExisting {
                return "It is held (\(reason)): say with that command whether they are the same."
            }
            if document.waitsForAnother { return "It is held (\(reason)); it goes on by itself then." }
            return document.key.kind.waitsForTheStore
                ? "It is held (\(reason)); it goes on when that changes in the store."
                : "It is held (\(reason)); nothing of it is lost."
        case .posting: return "A worker is writing it to Sage 300."
        case .inDoubt: return "Sage 300 did not answer; it is looked up before anything is sent again."
        case .entered:
            return
                "It stands in an Open batch; a person posts the batch in Sage 300, which is noticed by itself."
        case .posted: return "Nothing: it is in Sage 300."
        case .superseded: return "Nothing: another document took its place."
        case .skipped: return "Nothing: it is left out (\(document.reason ?? ""))."
        case .dead:
            let failure = try await database.failures(of: document.key).first {
                $0.deathID == document.deathID
            }
            if let batch = document.stuckBatch {
                return
                    "Its entry still stands in error batch \(batch) of Sage 300 and is not replayed before it is "
                    + "deleted there: once it is gone, `connectorctl replay` takes it."
            }
            return failure.map { "\($0.nextStep) Then `connectorctl replay --id \($0.id)`." }
                ?? "It is dead-lettered; once the replayer has taken it in, `connectorctl dead list` shows it."
        }
    }

    /// The document's entry line by line, as today's configuration maps it.
    private func explanation(
        of document: DocumentRecord,
        _ tenant: TenantRecord,
        _ database: Database
    ) async -> String? {
        guard let configuration = try? TenantFile.parseStored(tenant.configuration) else { return nil }
        return await Rehearsal(database: database).explanation(of: document, configuration)
    }

    private func json(
        _ document: DocumentRecord,
        _ events: [DocumentEvent],
        _ next: String,
        _ explanation: String?,
        others: [DocumentRecord]
    ) -> JSON {
        let sage: JSON = [
            "batch": document.sageBatch.map { .int(Int($0)) } ?? .null,
            "entry": document.sageEntry.map(JSON.int) ?? .null,
            "document": document.sageBatch == nil && document.sageCustomer == nil
                ? .null : .string(document.ledgerNumber),
            "customer": document.sageCustomer.map(JSON.string) ?? .null,
            "posted": .bool(document.state == .posted),
        ]
        return [
            "document": .string(document.document), "number": .string(document.number),
            "kind": .string(document.key.kind.rawValue), "tenant": .string(document.key.tenant.name),
            "company": document.key.company.map { .string($0.name) } ?? .null,
            "state": .string(document.state.rawValue), "reason": document.reason.map(JSON.string) ?? .null,
            "revision": .int(document.revision),
            "events": .array(
                events.map { event in
                    [
                        "at": .string(Console.time(event.at)), "stage": .string(event.stage),
                        "outcome": .string(event.outcome), "detail": .string(event.detail),
                        "configurationVersion": event.configurationVersion.map(JSON.int) ?? .null,
                    ]
                }
            ),
            "sage": sage, "next": .string(next), "explanation": explanation.map(JSON.string) ?? .null,
            "others": .array(
                others.map { other in
                    [
                        "document": .string(other.document), "kind": .string(other.key.kind.rawValue),
                        "state": .string(other.state.rawValue),
                    ]
                }
            ),
        ]
    }

    private func namesakes(_ others: [DocumentRecord]) -> String {
        guard !others.isEmpty else { return "" }
        let list = others.map { "\($0.key.kind.rawValue) \($0.document) (\($0.state.rawValue))" }
        return "\nThe same number: \(list.joined(separator: ", ")); `--kind` asks about it."
    }

    private func text(
        _ document: DocumentRecord,
        _ events: [DocumentEvent],
        _ next: String,
        _ explanation: String?
    ) -> String {
        var table = Table([
            ("AT", .left), ("STAGE", .left), ("OUTCOME", .left), ("FILE", .right), ("DETAIL", .left),
        ])
        for event in events {
            table.add([
                Console.time(event.at), event.stage, event.outcome,
                event.configurationVersion.map { "v\($0)" } ?? "", event.detail,
            ])
        }
        let reason = document.reason.map { ": \($0)" } ?? ""
        var text = "\(document.key.kind.rawValue) \(document.number) → \(document.document)"
        if let there = document.sageDocument { text += " (in Sage 300 as \(there))" }
        text += " in \(document.key.company?.name ?? "no company") is \(document.state.rawValue)\(reason)\n"
        if let batch = document.sageBatch {
            text +=
                "Sage 300: batch \(batch), entry \(document.sageEntry ?? 0), customer \(document.sageCustomer ?? "-")\n"
        }
        text += "\n\(table.text)\n"
        if let explanation { text += "\n\(explanation)\n" }
        return text + "\nNext: \(next)"
    }
}

extension [DocumentRecord] {
    /// Whom a number most likely means: the document that has it in Sage 300, of two rather the one that is entered
    /// than the one that is left out; else an order before what belongs to one.
    fileprivate func likeliest(for number: String) -> DocumentRecord? {
        func rank(_ document: DocumentRecord) -> Int {
            let isItsOwn = document.document == number || document.sageDocument == number
            return isItsOwn ? (document.state == .skipped ? 1 : 0) : 2
        }
        return enumerated().min { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }?.element
    }

    fileprivate func without(_ document: DocumentRecord) -> [DocumentRecord] {
        filter { $0.key != document.key }
    }
}

extension DocumentKind {
    /// What is held of these waits for a change in the store; of others, for a release that enters them.
    fileprivate var waitsForTheStore: Bool {
        switch self {
        case .order, .customer, .cancellation: true
        case .invoice, .creditmemo, .shipment: false
        }
    }
}
