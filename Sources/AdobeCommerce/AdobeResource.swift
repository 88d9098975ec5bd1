/// What can be read of a store. There is nothing here to write with, and no other way to send a request.
public enum AdobeResource: Sendable, Hashable {
    /// Search result.
    case orders, invoices, shipments, creditMemos, customers
    /// One document by `entity_id`.
    case order(Int64)
    case invoice(Int64)
    case shipment(Int64)
    case creditMemo(Int64)
    /// Plain arrays.
    case storeViews, storeConfigs

    /// Behind `/V1/` (reference Adobe 3.1). Note `shipment/` and `creditmemo/` in the singular.
    var path: String {
        switch self {
        case .orders: "orders"
        case .invoices: "invoices"
        case .shipments: "shipments"
        case .creditMemos: "creditmemos"
        case .customers: "customers/search"
        case .order(let id): "orders/\(id)"
        case .invoice(let id): "invoices/\(id)"
        case .shipment(let id): "shipment/\(id)"
        case .creditMemo(let id): "creditmemo/\(id)"
        case .storeViews: "store/storeViews"
        case .storeConfigs: "store/storeConfigs"
        }
    }

    /// The resource of Adobe's access control that must be ticked for the integration (reference Adobe 3.1).
    public var requiredRight: String {
        switch self {
        case .orders, .order: "Magento_Sales::actions_view"
        case .invoices, .invoice: "Magento_Sales::sales_invoice"
        case .shipments, .shipment: "Magento_Sales::shipment"
        case .creditMemos, .creditMemo: "Magento_Sales::sales_creditmemo"
        case .customers: "Magento_Customer::customer"
        case .storeViews, .storeConfigs: "Magento_Backend::store"
        }
    }

    /// For metrics: the same whichever document was asked for.
    var operation: String {
        switch self {
        case .orders: "orders"
        case .order: "order"
        case .invoices: "invoices"
        case .invoice: "invoice"
        case .shipments: "shipments"
        case .shipment: "shipment"
        case .creditMemos: "creditmemos"
        case .creditMemo: "creditmemo"
        case .customers: "customers"
        case .storeViews: "storeViews"
        case .storeConfigs: "storeConfigs"
        }
    }

    /// For sentences.
    var noun: String {
        switch self {
        case .orders, .order: "orders"
        case .invoices, .invoice: "invoices"
        case .shipments, .shipment: "shipments"
        case .creditMemos, .creditMemo: "credit memos"
        case .customers: "customers"
        case .storeViews: "store views"
        case .storeConfigs: "store settings"
        }
    }
}
