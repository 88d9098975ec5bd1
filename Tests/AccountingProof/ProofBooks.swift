import Accounting
import ExactJSON
import Foundation
import StoreGenerator

/// The stores and companies of a proof: seven currencies, with and without decimals, net and gross catalogues, and
/// companies that keep their books in every way the tenant file allows.
struct ProofBooks: Sendable {
    let options: StoreOptions
    private let variants: [CompanyRules]

    private struct View {
        let code: String
        let base: String
        var order: String?
        /// Ten-thousandths of the order currency for one of the base currency.
        var rate: Int64 = 10_000
        var isGross = false
        let countries: [String]
    }

    private static let views = [
        View(code: "us", base: "USD", countries: ["US"]), View(code: "ca", base: "CAD", countries: ["CA"]),
        View(code: "uk", base: "GBP", isGross: true, countries: ["GB"]),
        View(code: "de", base: "EUR", isGross: true, countries: ["DE", "FR"]),
        View(code: "jp", base: "JPY", isGross: true, countries: ["JP"]),
        View(code: "kw", base: "KWD", countries: ["KW", "MX"]),
        View(code: "mx", base: "MXN", countries: ["MX"]),
        View(
            code: "eu",
            base: "USD",
            order: "EUR",
            rate: 9137,
            isGross: true,
            countries: ["DE", "FR", "GB"]
        ),
    ]

    init(seed: UInt64) {
        var options = StoreOptions()
        options.storeViews = Self.views.map { view in
            StoreViewOptions(
                code: view.code,
                orderCurrency: view.order,
                baseCurrency: view.base,
                baseToOrderRate: .init(tenThousandths: view.rate),
                pricesIncludeTax: view.isGross,
                countries: view.countries
            )
        }
        options.fixedProductTax = .percent(8)
        options.credits = .percent(15)
        options.discounts = .percent(45)
        options.lifecycles[.partlyCanceled] = 5
        options.version = CommerceVersion.allCases[Int(seed % UInt64(CommerceVersion.allCases.count))]
        self.options = options
        variants = Self.variants()
    }

    /// The view a document says it is of.
    func view(of json: JSON) -> String {
        let position = (json["store_id"]?.int ?? 1) - 1
        return Self.views.indices.contains(position) ? Self.views[position].code : ""
    }

    /// The company an order belongs to: of its base currency, in one of the ways to keep books.
    func rules(for order: StoreOrder, _ position: Int) -> CompanyRules {
        var rules = variants[position % variants.count]
        rules.currency = Currency(order.baseCurrency) ?? rules.currency
        if position % 3 == 0, order.orderCurrency != order.baseCurrency {
            rules.currencies[order.orderCurrency] = .init(group: "WEB", guestCustomer: "GUEST", suffix: "E")
        }
        return rules
    }

    private static func variants() -> [CompanyRules] {
        guard let company = CompanyID("SAMINC"), let usd = Currency("USD") else { return [] }
        var plain = CompanyRules(
            company: company,
            storeViews: views.map { .init(code: $0.code) },
            documentPrefix: "P",
            timeZone: TimeZone(identifier: "America/Vancouver") ?? .gmt,
            currency: usd,
            customers: .init(group: "WEB", prefix: "W", guests: .shared, guestCustomer: "GUEST"),
            accounts: .init(revenue: "4000")
        )
        plain.zeroTotals = .enter
        for key in AccountKey.allCases where key != .deferredRevenue {
            plain.accounts[key] = "\(4000 + (AccountKey.allCases.firstIndex(of: key) ?? 0))"
        }
        var netted = plain
        netted.accounts.discount = nil
        var deferred = plain
        deferred.accounts.deferredRevenue = "2500"
        var deferredNetted = netted
        deferredNetted.accounts.deferredRevenue = "2500"
        deferredNetted.shippingRecognition = .share
        var authority = plain
        authority.accounts.tax = nil
        authority.taxPosting = .authority([
            .init(pattern: "CA-*-GST", group: "CA", authority: "GST"),
            .init(pattern: "CA-*", group: "CA", authority: "PST"),
            .init(pattern: "*", group: "ALL", authority: "TAX"),
        ])
        var ruled = plain
        ruled.accountRules = [
            AccountRule(
                name: "bundles",
                condition: condition { $0.productTypes = [TextPattern("bundle")] },
                targets: [.revenue: .account("4510"), .discount: .account("4520")]
            ),
            AccountRule(
                name: "bags",
                condition: condition { $0.skus = [TextPattern("24-*")] },
                targets: [.revenue: .distributionCode("BAGS"), .deferredRevenue: .account("2510")]
            ),
        ]
        return [plain, netted, deferred, deferredNetted, authority, ruled]
    }

    private static func condition(
        _ fill: (inout AccountRule.Condition) -> Void
    ) -> AccountRule.Condition {
        var condition = AccountRule.Condition()
        fill(&condition)
        return condition
    }
}
