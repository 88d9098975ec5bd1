import Accounting
import Foundation
import Messaging
import Publishing
import Storage

/// Decides what a document of the invoices queue becomes: an entry, or a state without one.
struct EntryDrafting: Sendable {
    let database: Database
    let rules: CompanyRules
    /// The entity id of the first order of a guest, with `guests: individual`.
    let firstOrderOfGuest: @Sendable (StoreOrder) async throws -> Int64?

    /// The customer an entry needs.
    struct Buyer: Sendable {
        let customer: ARCustomer
        /// Adobe's id of the customer; nil for a guest.
        let storeID: Int64?
    }

    /// What a document becomes.
    enum Outcome: Sendable {
        /// An entry, and the customer it needs; nil where the customer stands for sure.
        case entry(ARInvoice, Buyer?)
        /// None: what it cancels stands whole in an Open batch, and is taken out of it.
        case withdrawal(of: DocumentRecord)
        /// A state without an entry, and what it waits for.
        case settled(DocumentState, reason: String, waitsFor: DocumentKey?)
    }

    /// - Parameter record: the document as it is remembered.
    /// - Throws: `Failure` for a document that cannot be mapped; an error of the database.
    func outcome(of envelope: Envelope, _ record: DocumentRecord) async throws -> Outcome {
        let document = try StoreDocument(envelope, movedAt: record.sourceUpdatedAt)
        switch document.gate(rules) {
        case .enter: break
        case .hold(let reason): return .settled(.held, reason: reason, waitsFor: nil)
        case .skip(let reason): return .settled(.skipped, reason: reason, waitsFor: nil)
        case .supersede(let reason): return .settled(.superseded, reason: reason, waitsFor: nil)
        }
        return try await entry(of: document, record)
    }

    private func entry(of document: StoreDocument, _ record: DocumentRecord) async throws -> Outcome {
        guard let order = document.order else { throw Failure.orderMissing(nil) }
        guard document.isCharge else { return try await creditNote(for: document, of: order, record) }
        let (choice, buyer) = try await buyer(of: order)
        return .entry(try invoice(for: document, of: order, choice.number), buyer)
    }

    private func invoice(
        for document: StoreDocument,
        of order: StoreOrder,
        _ customer: CustomerNumber
    ) throws(Failure) -> ARInvoice {
        guard case .invoice(let invoice, _) = document else {
            return try OrderMapping.invoice(for: order, rules: rules, customer: customer)
        }
        return try InvoiceMapping.invoice(for: invoice, of: order, rules: rules, customer: customer)
    }

    private func buyer(of order: StoreOrder) async throws -> (CustomerChoice, Buyer) {
        let first = try await firstOrderOfGuest(order)
        let customer = try CustomerMapping.customer(from: order, rules: rules, individualGuestEntityID: first)
        return (
            try CustomerChoice.forOrder(order, rules: rules, individualGuestEntityID: first),
            Buyer(customer: customer, storeID: order.buyer.customerID.flatMap { $0 > 0 ? $0 : nil })
        )
    }

    private func creditNote(
        for document: StoreDocument,
        of order: StoreOrder,
        _ record: DocumentRecord
    ) async throws -> Outcome {
        let key = record.key
        guard let company = key.company else {
            return .settled(.held, reason: "it has no company", waitsFor: nil)
        }
        let documents = try await database.documents(of: key.tenant, company, order: order.entityID)
        // Only what was deferred depends on what else happened.
        let history = rules.defersRevenue ? try OrderHistory(documents) : OrderHistory()
        switch try document.credited(among: documents, key, rules) {
        case .posted(let invoice, let customer)?:
            // The invoice's customer, whatever the store says by now: Adobe clears the id of a deleted one.
            let applied = record.isApplyRefused ? nil : invoice
            var note = try creditNote(for: document, history, customer, applied)
            if record.isApplyRefused {
                note.remarks.append(
                    "Not applied: Sage 300 refused to apply it to \(invoice). Apply it there."
                )
            }
            return .entry(note, nil)
        case .pending(let pending)?:
            if try cancels(document, wholeOf: pending) { return .withdrawal(of: pending) }
            return .settled(
                .held,
                reason: "its invoice \(pending.ledgerNumber) is not posted yet (\(pending.state.rawValue))",
                waitsFor: pending.key
            )
        case .leftOut(let reason)?:
            guard case .creditMemo = document else {
                return .settled(
                    .skipped,
                    reason: "what is cancelled was never entered (\(reason))",
                    waitsFor: nil
                )
            }
            return try await unapplied(document, order, history)
        case .unknown(let missing)?:
            return .settled(
                .held,
                reason: missing.map { "its \($0.kind.rawValue) \($0.sourceID) has not been read yet" }
                    ?? "no invoice of its order has been read yet",
                waitsFor: missing
            )
        case nil: return try await unapplied(document, order, history)
        }
    }

    /// Whether it cancels all there is of an invoice that stands in an Open batch: nothing of it has to be posted then.
    private func cancels(_ document: StoreDocument, wholeOf invoice: DocumentRecord) throws(Failure) -> Bool {
        // An entry that somebody typed by hand is that person's to take out.
        guard invoice.state == .entered, invoice.sageBatch != nil, invoice.sageDocument == nil,
            let amount = invoice.amount
        else { return false }
        switch document {
        case .cancelledOrder(let order):
            return try OrderAmounts(order, rules: rules).canceledTotal.decimal == amount
        case .cancelledInvoice: return true
        case .order, .invoice, .creditMemo, .shipment, .customer: return false
        }
    }

    /// Money went back to the buyer though the ledger has no invoice of it, as of an order from before `startDate`.
    private func unapplied(
        _ document: StoreDocument,
        _ order: StoreOrder,
        _ history: OrderHistory
    ) async throws -> Outcome {
        let (choice, buyer) = try await buyer(of: order)
        let note = try creditNote(for: document, history, choice.number, nil)
        return .entry(note, buyer)
    }

    private func creditNote(
        for document: StoreDocument,
        _ history: OrderHistory,
        _ customer: CustomerNumber,
        _ invoice: DocumentNumber?
    ) throws(Failure) -> ARInvoice {
        switch document {
        case .creditMemo(let memo, let order):
            return try CreditNoteMapping.creditNote(
                for: memo,
                of: order,
                history: history,
                rules: rules,
                customer: customer,
                appliedTo: invoice
            )
        case .cancelledInvoice(let adobeInvoice, let order):
            return try CreditNoteMapping.creditNote(
                cancelling: adobeInvoice,
                of: order,
                history: history,
                rules: rules,
                customer: customer,
                appliedTo: invoice
            )
        case .cancelledOrder(let order):
            return try CreditNoteMapping.creditNote(
                cancelling: order,
                rules: rules,
                customer: customer,
                appliedTo: invoice
            )
        // These give nothing back, and never come here: rather a dead letter than an entry.
        case .order, .invoice, .shipment, .customer: throw .orderMissing(nil)
        }
    }
}
