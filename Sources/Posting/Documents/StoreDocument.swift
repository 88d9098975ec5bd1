import Accounting
import AdobeCommerce
import ExactJSON
import Foundation
import Messaging
import Publishing
import Storage

/// A store's document as its envelope carries it, read; what belongs to an order comes with it.
enum StoreDocument: Sendable {
    case order(StoreOrder)
    case invoice(StoreInvoice, StoreOrder)
    case creditMemo(StoreCreditMemo, StoreOrder)
    /// What was cancelled of an order.
    case cancelledOrder(StoreOrder)
    /// An Adobe invoice that was cancelled.
    case cancelledInvoice(StoreInvoice, StoreOrder)
    case shipment(StoreShipment, StoreOrder)
    case customer(StoreCustomer)

    /// - Parameter movedAt: when the store last moved the document, which is not part of its source: what was cancelled is
    ///   dated by it.
    /// - Throws: document failures: `unreadable-document`, `order-missing`.
    init(_ envelope: Envelope, movedAt: Date) throws(Failure) {
        let source = envelope.source
        let view = envelope.storeView
        switch envelope.kind {
        case .order: self = .order(try Self.order(source, view, movedAt))
        case .customer:
            do { self = .customer(try StoreCustomer(adobe: source, storeViewCode: view)) } catch {
                throw error.failure
            }
        case .invoice: self = .invoice(try Self.invoice(source, view, movedAt), try Self.parent(source, view))
        case .creditmemo:
            self = .creditMemo(try Self.creditMemo(source, view), try Self.parent(source, view))
        case .shipment: self = .shipment(try Self.shipment(source, view), try Self.parent(source, view))
        case .cancellation:
            if source["invoice"] != nil {
                self = .cancelledInvoice(
                    try Self.invoice(source, view, movedAt),
                    try Self.parent(source, view)
                )
            } else {
                self = .cancelledOrder(try Self.order(source, view, movedAt))
            }
        }
    }

    /// The order it is or belongs to; nil for customers.
    var order: StoreOrder? {
        switch self {
        case .order(let order), .cancelledOrder(let order): order
        case .invoice(_, let order), .creditMemo(_, let order), .cancelledInvoice(_, let order),
            .shipment(_, let order):
            order
        case .customer: nil
        }
    }

    /// Whether it charges the buyer, instead of giving back.
    var isCharge: Bool {
        switch self {
        case .order, .invoice: true
        case .creditMemo, .cancelledOrder, .cancelledInvoice, .shipment, .customer: false
        }
    }

    /// Whether it is entered, by itself and the rules alone.
    func gate(_ rules: CompanyRules) -> GateDecision {
        switch self {
        case .order(let order): OrderGate.decide(order, rules)
        case .invoice(let invoice, let order): InvoiceGate.decide(invoice, of: order, rules)
        case .creditMemo(let memo, let order): CreditMemoGate.decide(memo, of: order, rules)
        case .cancelledOrder(let order): CancellationGate.decide(order, rules)
        case .cancelledInvoice(let invoice, _):
            rules.invoiceOn == .order
                ? .skip("orders are entered, not Adobe's invoices (invoiceOn: order)")
                : invoice.state == .canceled ? .enter : .skip("it is not cancelled any more")
        case .shipment(let shipment, _): ShipmentGate.decide(shipment, rules)
        case .customer: .enter
        }
    }

    private static func order(
        _ source: JSON,
        _ view: String,
        _ movedAt: Date? = nil
    ) throws(Failure) -> StoreOrder {
        do { return try StoreOrder(adobe: source, storeViewCode: view, updatedAt: movedAt) } catch {
            throw error.failure
        }
    }

    private static func parent(_ source: JSON, _ view: String) throws(Failure) -> StoreOrder {
        guard let order = source["order"], !order.isNull else {
            let id = ["invoice", "creditmemo", "shipment"].lazy.compactMap { source[$0]?["order_id"]?.int }
                .first
            throw .orderMissing(id.map(Int64.init))
        }
        return try Self.order(order, view)
    }

    private static func invoice(
        _ source: JSON,
        _ view: String,
        _ movedAt: Date
    ) throws(Failure) -> StoreInvoice {
        do {
            return try StoreInvoice(
                adobe: source["invoice"] ?? .null,
                storeViewCode: view,
                updatedAt: movedAt
            )
        } catch {
            throw error.failure
        }
    }

    fileprivate static func creditMemo(_ source: JSON, _ view: String) throws(Failure) -> StoreCreditMemo {
        do { return try StoreCreditMemo(adobe: source["creditmemo"] ?? .null, storeViewCode: view) } catch {
            throw error.failure
        }
    }

    fileprivate static func shipment(_ source: JSON, _ view: String) throws(Failure) -> StoreShipment {
        do { return try StoreShipment(adobe: source["shipment"] ?? .null, storeViewCode: view) } catch {
            throw error.failure
        }
    }
}

extension Envelope {
    /// The customer in this envelope.
    func customer() throws(Failure) -> StoreCustomer {
        do { return try StoreCustomer(adobe: source, storeViewCode: storeView) } catch { throw error.failure }
    }
}

extension OrderHistory {
    /// What else happened to an order, of the documents that are remembered of it.
    /// - Throws: `unreadable-document`: what was deferred cannot be told without it.
    init(_ documents: [DocumentRecord]) throws(Failure) {
        self.init()
        for record in documents {
            let envelope = Envelope(record)
            switch record.key.kind {
            case .shipment:
                shipments.append(try StoreDocument.shipment(envelope.source, record.storeView))
            case .creditmemo:
                creditMemos.append(try StoreDocument.creditMemo(envelope.source, record.storeView))
            case .order, .invoice, .cancellation, .customer: break
            }
        }
    }
}
