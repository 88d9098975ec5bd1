import ExactJSON
import StoreGenerator
import Testing

/// Reads an amount as Adobe printed it, in ten-thousandths; absent is nothing.
func money(_ object: JSON, _ name: String) -> Int {
    guard case .number(let number)? = object[name] else { return 0 }
    let isNegative = number.text.hasPrefix("-")
    let parts = number.text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    let digits = parts[0] + fraction + String(repeating: "0", count: max(4 - fraction.count, 0))
    let value = Int(digits) ?? .min
    return isNegative ? -value : value
}

func number(_ object: JSON, _ name: String) -> Int { object[name]?.int ?? 0 }

/// The rows that count (reference 3.5): everything but the children of what carries its own money and the
/// parent of what does not. A bundle's price is dynamic when its children have money.
func countedItems(_ order: JSON) -> [JSON] {
    let items = order["items"]?.array ?? []
    func children(_ item: JSON) -> [JSON] {
        items.filter { $0["parent_item_id"] != nil && $0["parent_item_id"] == item["item_id"] }
    }
    return items.filter { $0["parent_item_id"] == nil }.flatMap { item in
        let parts = children(item)
        let isDynamic = item["product_type"]?.string == "bundle" && parts.contains { money($0, "price") > 0 }
        return isDynamic ? parts : [item]
    }
}

/// Stores that differ in everything that changes arithmetic.
struct Shop: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let seed: UInt64
    let options: StoreOptions

    static let all: [Shop] = [
        Shop(testDescription: "US, before tax", seed: 1, options: options(StoreViewOptions(code: "default"))),
        Shop(
            testDescription: "European, tax included, fixed product tax",
            seed: 2,
            options: options(
                StoreViewOptions(code: "eu", pricesIncludeTax: true, countries: ["DE", "FR", "GB"]),
                currency: "EUR",
                fixedTax: .percent(20)
            )
        ),
        Shop(
            testDescription: "dollars at home, euros and yen in the shop",
            seed: 3,
            options: options(
                StoreViewOptions(
                    code: "a",
                    orderCurrency: "EUR",
                    baseToOrderRate: Amount(tenThousandths: 9137)
                ),
                StoreViewOptions(
                    code: "b",
                    orderCurrency: "JPY",
                    baseToOrderRate: Amount(tenThousandths: 1_517_300),
                    pricesIncludeTax: true,
                    countries: ["JP"]
                )
            )
        ),
        Shop(
            testDescription: "dinars, three decimals",
            seed: 4,
            options: options(StoreViewOptions(code: "kw", countries: ["GB", "MX"]), currency: "KWD")
        ),
        Shop(
            testDescription: "yen, none; many credits and free orders",
            seed: 5,
            options: options(
                StoreViewOptions(code: "jp", pricesIncludeTax: true, countries: ["JP"]),
                currency: "JPY",
                credits: .percent(60)
            )
        ),
    ]

    private static func options(
        _ views: StoreViewOptions...,
        currency: String = "USD",
        fixedTax: Share = .none,
        credits: Share = .percent(15)
    ) -> StoreOptions {
        var options = StoreOptions()
        options.storeViews = views
        options.baseCurrency = currency
        options.fixedProductTax = fixedTax
        options.credits = credits
        options.freeOrders = .percent(3)
        return options
    }
}
