import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Posting
import Storage
import Tenancy

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tells the whole life of one order or customer, and what happens next."
    )
    @Argument var tenant: String
    @Argument(help: "The store's number, or Sage 300's.")
    var number: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database { database, _ in
            let record = try await Reach.tenant(tenant, in: database)
            let documents = try await database.documents(of: record.tenant, numbered: number)
            guard let document = documents.first else {
                if output.isJSON {
                    Console.answer([
                        "document": .string(number), "state": .null, "events": [],
                        "next": .string(Self.unseen),
                    ])
                }
                throw Reach.failure(
                    1,
                    "\(number) has not been seen in the store of \(tenant). \(Self.unseen)"
                )
            }
            let events = try await database.events(of: document.key)
            let next = try await next(document, database)
            if output.isJSON {
                Console.answer(json(document, events, next))
            } else {
                Console.answer(try text(document, events, next, record))
            }
        }
    }

    private static let unseen =
        "It may be newer than the last run, or behind the settling delay of the store's clock: try `connectorctl sync`."

    private func next(_ document: DocumentRecord, _ database: Database) async throws -> String {
        switch document.state {
        case .waiting:
            if let pause = try await database.pauses().first(where: {
                $0.tenant == document.key.tenant.name && $0.company == document.key.company?.name
            }) {
                return "Its company is paused: \(pause.reason) It goes on by itself once that ends."
            }
            return document.publishedRevision < document.revision
                ? "It is published within seconds." : "A worker takes it up."
        case .held: return "It is held (\(document.reason ?? "")); it goes on when that changes in the store."
        case .posting: return "A worker is writing it to Sage 300."
        case .inDoubt: return "Sage 300 did not answer; it is looked up before anything is sent again."
        case .entered: return "It stands in an Open batch; a person posts the batch in Sage 300."
        case .posted: return "Nothing: it is in Sage 300."
        case .superseded: return "Nothing: another document took its place."
        case .skipped: return "Nothing: it is left out (\(document.reason ?? ""))."
        case .dead:
            let failure = try await database.failures(of: document.key).first {
                $0.deathID == document.deathID
            }
            return failure.map { "\($0.nextStep) Then `connectorctl replay --id \($0.id)`." }
                ?? "It is dead-lettered; once the replayer has taken it in, `connectorctl dead list` shows it."
        }
    }

    private func json(_ document: DocumentRecord, _ events: [DocumentEvent], _ next: String) -> JSON {
        let sage: JSON = [
            "batch": document.sageBatch.map { .int(Int($0)) } ?? .null,
            "entry": document.sageEntry.map(JSON.int) ?? .null,
            "document": document.sageBatch == nil && document.sageCustomer == nil
                ? .null : .string(document.document),
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
                    ]
                }
            ),
            "sage": sage, "next": .string(next),
        ]
    }

    private func text(
        _ document: DocumentRecord,
        _ events: [DocumentEvent],
        _ next: String,
        _ tenant: TenantRecord
    ) throws -> String {
        var table = Table([("AT", .left), ("STAGE", .left), ("OUTCOME", .left), ("DETAIL", .left)])
        for event in events { table.add([Console.time(event.at), event.stage, event.outcome, event.detail]) }
        let reason = document.reason.map { ": \($0)" } ?? ""
        var text = "\(document.key.kind.rawValue) \(document.number) → \(document.document)"
        text += " in \(document.key.company?.name ?? "no company") is \(document.state.rawValue)\(reason)\n"
        if let batch = document.sageBatch {
            text +=
                "Sage 300: batch \(batch), entry \(document.sageEntry ?? 0), customer \(document.sageCustomer ?? "-")\n"
        }
        text += "\n\(table.text)\n"
        let configuration = try TenantFile.parseStored(tenant.configuration)
        if let explanation = Rehearsal.explanation(of: document, configuration) {
            text += "\n\(explanation)\n"
        }
        return text + "\nNext: \(next)"
    }
}
