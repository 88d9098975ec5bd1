public import Accounting
import ExactJSON
import Foundation
import Messaging
import Publishing
public import Storage
public import Tenancy

/// Maps documents with today's configuration without sending anything.
public struct Rehearsal: Sendable {
    private let database: Database

    /// A rehearsal over what is remembered.
    public init(database: Database) { self.database = database }

    /// Why a dead document would fail again with a tenant's configuration; nil if it would get as far as Sage 300.
    public func failure(of document: DocumentRecord, _ tenant: TenantConfiguration) async throws -> Failure? {
        if let batch = document.stuckBatch { return Self.stuck(batch) }
        do {
            _ = try await entry(of: document, tenant)
            return nil
        } catch let failure as Failure {
            return failure
        }
    }

    /// A document's entry line by line, as today's configuration maps it; nil for what becomes none or fails.
    public func explanation(of document: DocumentRecord, _ tenant: TenantConfiguration) async -> String? {
        (try? await entry(of: document, tenant))?.map(\.explanation)
    }

    private func entry(
        of document: DocumentRecord,
        _ tenant: TenantConfiguration
    ) async throws -> DocumentEntry? {
        let rules =
            document.key.company.flatMap { tenant.rules(of: $0) }
            ?? tenant.company(ofStoreView: document.storeView)
        guard let rules else { throw Failure.storeViewUnmapped(document.storeView) }
        let envelope = Envelope(document)
        switch document.key.kind {
        case .order, .invoice, .creditmemo, .cancellation:
            // Which order of a guest was the first decides the customer's number only.
            let drafting = EntryDrafting(database: database, rules: rules) { _ in nil }
            guard
                case .entry(let invoice, _) = try await drafting.outcome(of: envelope, document)
            else { return nil }
            return .receivable(invoice)
        case .shipment:
            return try await journal(of: envelope, document, rules).map(DocumentEntry.journal)
        case .customer:
            _ = try CustomerMapping.customer(from: try envelope.customer(), rules: rules)
            return nil
        }
    }

    private func journal(
        of envelope: Envelope,
        _ document: DocumentRecord,
        _ rules: CompanyRules
    ) async throws -> JournalEntry? {
        guard
            case .shipment(let shipment, let order) = try StoreDocument(
                envelope,
                movedAt: document.sourceUpdatedAt
            ),
            ShipmentGate.decide(shipment, rules) == .enter
        else { return nil }
        let others = try await database.documents(
            of: document.key.tenant,
            rules.company,
            order: order.entityID
        )
        return try ShipmentMapping.entry(
            for: shipment,
            of: order,
            history: try OrderHistory(others),
            rules: rules
        )
    }

    private static func stuck(_ batch: Int64) -> Failure {
        Failure(
            .ledger,
            code: "stuck-in-error-batch",
            reason:
                "Its entry still stands in error batch \(batch) of Sage 300: entered again, it would stand twice.",
            moneyAtRisk: true,
            nextStep: "Delete the entry from that batch in Sage 300; a minute later it can be replayed."
        )
    }

    static let gone = Failure(
        .document,
        code: "unknown-document",
        reason: "The message names no document this database knows.",
        nextStep: "Discard it."
    )
}

/// What a document becomes in one of Sage 300's ledgers.
private enum DocumentEntry {
    case receivable(ARInvoice)
    case journal(JournalEntry)

    var explanation: String {
        switch self {
        case .receivable(let invoice): invoice.explanation
        case .journal(let entry): entry.explanation
        }
    }
}
