/// The kinds of documents a store is read for.
public enum DocumentResource: String, Sendable, CaseIterable, Hashable {
    case customers
    case orders
    case invoices
    case creditMemos = "creditmemos"
    case shipments

    /// Where a listing of them is asked for.
    var listing: AdobeResource {
        switch self {
        case .customers: .customers
        case .orders: .orders
        case .invoices: .invoices
        case .creditMemos: .creditMemos
        case .shipments: .shipments
        }
    }

    /// The answer's name for what filters and sorting call `entity_id`.
    var identifier: String { self == .customers ? "id" : "entity_id" }

    /// What is kept of each.
    var projection: Projection {
        switch self {
        case .customers: .customer
        case .orders: .order
        case .invoices: .invoice
        case .creditMemos: .creditMemo
        case .shipments: .shipment
        }
    }

    /// The order it belongs to, in documents that belong to one.
    var orderIdentifier: String? {
        switch self {
        case .customers, .orders: nil
        case .invoices, .creditMemos, .shipments: "order_id"
        }
    }
}
