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

    /// Why a dead-lettered document would fail again; nil if it would get as far as Sage 300.
    public func failure(of dead: FailureRecord) async throws -> Failure? {
        guard let key = dead.key, let document = try await database.documents([key])[key],
            let tenant = try await database.tenant(key.tenant)
        else { return Self.gone }
        let configuration = try TenantFile.parseStored(tenant.configuration)
        do throws(Failure) {
            _ = try Self.map(document, configuration)
            return nil
        } catch {
            return error
        }
    }

    /// An order's invoice line by line, as today's configuration maps it; nil for what is no order or fails.
    public static func explanation(of document: DocumentRecord, _ tenant: TenantConfiguration) -> String? {
        (try? map(document, tenant))??.explanation
    }

    private static func map(_ document: DocumentRecord, _ tenant: TenantConfiguration) throws(Failure)
        -> ARInvoice?
    {
        let rules =
            document.key.company.flatMap { tenant.rules(of: $0) }
            ?? tenant.company(ofStoreView: document.storeView)
        guard let rules else {
            throw Failure(
                .mapping,
                code: "store-view-unmapped",
                reason: "Store view \"\(document.storeView)\" belongs to no company of the tenant file.",
                subject: document.storeView,
                nextStep: "Add it to a company's storeViews in the tenant file."
            )
        }
        let envelope = Envelope(document)
        switch document.key.kind {
        case .order:
            let order = try envelope.order()
            guard OrderGate.decide(order, rules) == .enter else { return nil }
            let choice = try CustomerChoice.forOrder(order, rules: rules)
            return try OrderMapping.invoice(for: order, rules: rules, customer: choice.number)
        case .customer:
            _ = try CustomerMapping.customer(from: try envelope.customer(), rules: rules)
            return nil
        case .invoice, .creditmemo, .cancellation, .shipment: return nil
        }
    }

    private static let gone = Failure(
        .document,
        code: "unknown-document",
        reason: "The message names no document this database knows.",
        nextStep: "Discard it."
    )
}
