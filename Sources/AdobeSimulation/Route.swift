import StoreGenerator

/// What a path leads to, with the right it takes (reference 3.1).
enum Route: Sendable, Hashable {
    case list(EntityKind)
    case single(EntityKind, id: String)
    case storeViews, storeConfigs, websites, storeGroups, customerGroups, modules

    var resource: String {
        switch self {
        case .list(.orders), .single(.orders, _): "Magento_Sales::actions_view"
        case .list(.invoices), .single(.invoices, _): "Magento_Sales::sales_invoice"
        case .list(.shipments), .single(.shipments, _): "Magento_Sales::shipment"
        case .list(.creditMemos), .single(.creditMemos, _): "Magento_Sales::sales_creditmemo"
        case .list(.customers), .single(.customers, _): "Magento_Customer::customer"
        case .customerGroups: "Magento_Customer::group"
        case .storeViews, .storeConfigs, .websites, .storeGroups: "Magento_Backend::store"
        case .modules: "Magento_Backend::admin"
        }
    }

    /// The part of a path after `/V1/`, or nil where there is none.
    ///
    /// PaaS: `/rest[/{store code}]/V1/…`, perhaps behind `/index.php`; an unknown store code is part of the
    /// path and leads nowhere. Cloud Service: `[/{tenant}]/V1/…`.
    static func resource(path: String, storeCodes: Set<String>, in scenario: Scenario) -> String? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)[...]
        switch scenario.authentication {
        case .oauth1:
            if parts.first == "index.php" { parts = parts.dropFirst() }
            guard parts.popFirst() == "rest" else { return nil }
            if let code = parts.first, code != "V1" {
                guard storeCodes.contains(String(code)) else { return nil }
                parts = parts.dropFirst()
            }
        case .ims:
            if let tenant = scenario.tenantID {
                guard parts.popFirst().map(String.init) == tenant else { return nil }
            } else if parts.count > 1, parts.first != "V1", parts.first != "rest" {
                parts = parts.dropFirst()
            }
        }
        guard parts.popFirst() == "V1", !parts.isEmpty else { return nil }
        return parts.joined(separator: "/")
    }

    init?(resource: String) {
        let parts = resource.split(separator: "/").map(String.init)
        switch (parts.first ?? "", parts.count) {
        case ("orders", 1): self = .list(.orders)
        case ("invoices", 1): self = .list(.invoices)
        case ("shipments", 1): self = .list(.shipments)
        case ("creditmemos", 1): self = .list(.creditMemos)
        case ("customers", 2) where parts[1] == "search": self = .list(.customers)
        case ("customerGroups", 2) where parts[1] == "search": self = .customerGroups
        case ("orders", 2): self = .single(.orders, id: parts[1])
        case ("invoices", 2): self = .single(.invoices, id: parts[1])
        case ("shipment", 2): self = .single(.shipments, id: parts[1])
        case ("creditmemo", 2): self = .single(.creditMemos, id: parts[1])
        case ("customers", 2): self = .single(.customers, id: parts[1])
        case ("store", 2):
            switch parts[1] {
            case "storeViews": self = .storeViews
            case "storeConfigs": self = .storeConfigs
            case "websites": self = .websites
            case "storeGroups": self = .storeGroups
            default: return nil
            }
        case ("modules", 1): self = .modules
        default: return nil
        }
    }
}
