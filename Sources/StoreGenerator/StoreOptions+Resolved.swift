extension StoreOptions {
    /// The views, at least one.
    var views: [StoreViewOptions] {
        storeViews.isEmpty ? [StoreViewOptions(code: "default", name: "Default Store View")] : storeViews
    }

    func baseCurrency(ofView position: Int) -> String { views[position].baseCurrency ?? baseCurrency }

    func orderCurrency(ofView position: Int) -> String {
        views[position].orderCurrency ?? baseCurrency(ofView: position)
    }

    /// 1 for the views in the store's base currency; a view with its own has a website of its own, because
    /// Adobe keeps the base currency there.
    func websiteID(ofView position: Int) -> Int {
        guard views[position].baseCurrency != nil else { return 1 }
        return 2 + views[..<position].count { $0.baseCurrency != nil }
    }

    func incrementPrefix(ofView position: Int) -> String {
        views[position].incrementPrefix ?? (position == 0 ? "" : String(position + 1))
    }
}

/// What a currency's amounts look like: minor-unit digits (ISO 4217) and how dear a dollar's worth is.
struct CurrencyScale: Sendable {
    let decimals: Int
    private let unitsPerDollar: (numerator: Int64, denominator: Int64)

    init(_ code: String) {
        switch code {
        case "JPY", "KRW": (decimals, unitsPerDollar) = (0, (150, 1))
        case "KWD", "BHD": (decimals, unitsPerDollar) = (3, (3, 10))
        default: (decimals, unitsPerDollar) = (2, (1, 1))
        }
    }

    /// A catalogue price in this currency.
    func price(cents: Int) -> Amount {
        Amount(cents: cents).scaled(
            by: unitsPerDollar.numerator,
            over: unitsPerDollar.denominator,
            decimals: decimals
        )
    }
}
