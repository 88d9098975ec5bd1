/// What the generated shop sells. Prices are in cents of a dollar, before or with tax as the view has it.
struct Product: Sendable {
    enum Kind: String, Sendable {
        case simple, configurable, virtual, downloadable, giftcard
        case dynamicBundle, fixedBundle

        /// Adobe's `product_type`.
        var type: String { self == .dynamicBundle || self == .fixedBundle ? "bundle" : rawValue }
        var isVirtual: Bool { self == .virtual || self == .downloadable || self == .giftcard }
        /// Gift cards are neither taxed nor discounted: the value bought is a liability, not a sale.
        var isTaxedAndDiscounted: Bool { self != .giftcard }
    }

    struct Part: Sendable {
        let id: Int
        let sku: String
        let name: String
        let cents: Int
        let quantity: Int
    }

    let id: Int
    let kind: Kind
    let sku: String
    let name: String
    let cents: Int
    /// Ten-thousandths of a kilogram.
    var weight: Int64 = 0
    /// The chosen simple product of a configurable one, the selections of a bundle.
    var parts: [Part] = []
    /// Sold by the metre or kilogram.
    var isQuantityDecimal = false
}

enum Catalogue {
    static let physical: [Product] = simples + configurables + dynamicBundles + fixedBundles
    static let virtual: [Product] = [
        Product(id: 901, kind: .virtual, sku: "FIT-GUIDE", name: "Fitting Session, 45 min", cents: 3900),
        Product(id: 902, kind: .virtual, sku: "WARRANTY-2Y", name: "Two-Year Warranty", cents: 1250),
        Product(id: 903, kind: .downloadable, sku: "240-LV04", name: "Beginner's Yoga (video)", cents: 600),
        Product(
            id: 904,
            kind: .downloadable,
            sku: "MAP-ALPS",
            name: "Topo Map, Alps &amp; Jura",
            cents: 1499
        ),
    ]
    static let giftCards: [Product] = [2500, 5000, 10_000].enumerated().map { position, cents in
        Product(
            id: 951 + position,
            kind: .giftcard,
            sku: "GIFT-\(cents / 100)",
            name: "Gift Card",
            cents: cents
        )
    }

    /// A line of several units can be invoiced, shipped and refunded in parts.
    static let divisible: [Product] = physical.filter { !$0.isQuantityDecimal }

    private static let simples: [Product] = [
        simple(1, "24-MB01", "Joust Duffle Bag", 3400, 9000),
        simple(2, "24-MB04", "Strive Shoulder Pack", 3200, 8500),
        simple(3, "24-UG06", "Affirm Water Bottle", 700, 3200),
        simple(4, "24-WG085", "Sprite Yoga Strap 6 foot", 1400, 2000),
        simple(5, "24-UG01", "Quest Lumaflex&trade; Band", 1900, 1500),
        simple(6, "CAFÉ-250", "Kaffee \u{201E}Süße Röstung\u{201C} 250 g", 895, 2700),
        simple(7, "24-MG04", "Aim Analog Watch", 4533, 800),
        simple(8, "24-UG05", "Go-Get'r Pushup Grips", 1999, 11_000),
        simple(9, "LAMP/E27-8W", "LED Lamp 8 W \"warm\"", 333, 600),
        simple(10, "PEN-0001", "Bleistift HB", 17, 60),
        Product(
            id: 11,
            kind: .simple,
            sku: "ROPE-M",
            name: "Rope, per metre",
            cents: 285,
            weight: 700,
            isQuantityDecimal: true
        ),
        simple(
            12,
            "24-WB07-A-VERY-LONG-STOCK-KEEPING-UNIT-THAT-A-LEDGER-MUST-CUT",
            "Overnight Duffle, the extended explorers' edition with the detachable second strap and cover",
            12_950,
            21_000
        ),
    ]

    private static func simple(_ id: Int, _ sku: String, _ name: String, _ cents: Int, _ weight: Int64)
        -> Product
    {
        Product(id: id, kind: .simple, sku: sku, name: name, cents: cents, weight: weight)
    }

    private static let configurables: [Product] = [
        ("MH01", "Chaz Kangeroo Hoodie", 5200), ("WS12", "Radiant Tee", 2200),
        ("MP07", "Thorpe Track Pant", 6800),
        ("WJ01", "Stellar Solar Jacket", 7525),
    ].enumerated().flatMap { position, model in
        ["S-Blue", "M-Blue", "L-Grün"].enumerated().map { variant, suffix in
            let sku = "\(model.0)-\(suffix)"
            let part = Product.Part(
                id: 130 + position * 10 + variant,
                sku: sku,
                name: "\(model.1)-\(suffix)",
                cents: 0,
                quantity: 1
            )
            return Product(
                id: 100 + position,
                kind: .configurable,
                sku: sku,
                name: model.1,
                cents: model.2,
                weight: 5000,
                parts: [part]
            )
        }
    }

    private static let dynamicBundles: [Product] = [
        bundle(200, .dynamicBundle, "YOGA-KIT", "Yoga Kit", 0, [("strap", 1400, 1), ("ball", 2300, 1)]),
        bundle(
            201,
            .dynamicBundle,
            "SPRITE-SET",
            "Sprite Companion Set",
            0,
            [("block", 499, 2), ("roller", 1905, 1), ("mat", 2333, 1)]
        ),
    ]

    private static let fixedBundles: [Product] = [
        bundle(220, .fixedBundle, "CAMP-BOX", "Camping Box", 8999, [("stove", 0, 1), ("gas", 0, 3)]),
        bundle(221, .fixedBundle, "TEA-FOR-2", "Tea for Two", 2475, [("cup", 0, 2), ("tea", 0, 1)]),
    ]

    private static func bundle(
        _ id: Int,
        _ kind: Product.Kind,
        _ sku: String,
        _ name: String,
        _ cents: Int,
        _ parts: [(name: String, cents: Int, quantity: Int)]
    ) -> Product {
        let selections = parts.enumerated().map { position, part in
            Product.Part(
                id: id * 10 + position,
                sku: "\(sku)-\(part.name)",
                name: part.name.capitalizedFirst,
                cents: part.cents,
                quantity: part.quantity
            )
        }
        let suffix = parts.map(\.name).joined(separator: "-")
        return Product(
            id: id,
            kind: kind,
            sku: "\(sku)-\(suffix)",
            name: name,
            cents: cents,
            weight: 12_000,
            parts: selections
        )
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
