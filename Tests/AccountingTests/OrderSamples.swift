import Accounting
import Foundation

/// An exact amount from text: a literal such as `0.1` would pass through binary.
func d(_ text: String) -> Amount { Amount(rounding: text) ?? Amount.limit }

func currency(_ code: String) throws -> Currency {
    guard let currency = Currency(code) else { throw Unreadable(text: code) }
    return currency
}

struct Unreadable: Error { let text: String }

/// An instant from `2024-03-01 09:15:02`, UTC as Adobe prints it.
func instant(_ text: String) throws -> Date {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "yyyy-MM-dd HH:mm:ss"
    guard let date = format.date(from: text) else { throw Unreadable(text: text) }
    return date
}

/// One item with the same amounts in both currencies.
func item(
    _ sku: String,
    _ price: String,
    x quantity: String = "1",
    type: String = "simple",
    id: Int64? = nil,
    in parent: Int64? = nil,
    name: String = "Thing",
    discount: String = "0",
    tax: String = "0",
    compensation: String = "0",
    levy: String = "0",
    printed: String? = nil
) -> StoreOrderItem {
    let amounts = StoreItemAmounts(
        price: d(price),
        printedRowTotal: printed.map(d),
        discount: d(discount),
        tax: d(tax),
        discountTaxCompensation: d(compensation),
        fixedProductTax: d(levy)
    )
    let itemID = id ?? sku.utf8.reduce(1) { ($0 &* 31 &+ Int64($1)) % 1_000_003 }
    return StoreOrderItem(
        itemID: itemID,
        parentItemID: parent,
        sku: sku,
        name: name,
        productType: type,
        quantity: d(quantity),
        base: amounts,
        ordered: amounts
    )
}

/// An order in one currency with the given grand total; the rest is what `fill` says.
func order(
    _ items: [StoreOrderItem],
    subtotal: String,
    grand: String,
    in code: String = "USD",
    fill: (inout StoreOrderTotals) -> Void = { _ in }
) throws -> StoreOrder {
    var totals = StoreOrderTotals(grandTotal: d(grand))
    totals.subtotal = d(subtotal)
    fill(&totals)
    return StoreOrder(
        entityID: 1001,
        incrementID: "000001001",
        storeView: "default",
        status: "processing",
        state: "processing",
        createdAt: try instant("2024-03-01 09:15:02"),
        updatedAt: try instant("2024-03-01 09:20:41"),
        buyer: StoreBuyer(customerID: 42, isGuest: false, email: "ada@example.com"),
        baseCurrency: code,
        orderCurrency: code,
        base: totals,
        ordered: totals,
        items: items
    )
}

/// Rules of a company with every account set but `deferredRevenue`.
func rules(_ code: String = "USD", change: (inout CompanyRules) -> Void = { _ in }) throws -> CompanyRules {
    guard let company = CompanyID("SAMINC"), let zone = TimeZone(identifier: "America/Vancouver") else {
        throw Unreadable(text: "rules")
    }
    var accounts = CompanyRules.Accounts(revenue: "4000")
    accounts.shipping = "4100"
    accounts.discount = "4200"
    accounts.tax = "2200"
    accounts.giftCard = "2310"
    accounts.storeCredit = "2320"
    accounts.rewardPoints = "2330"
    accounts.rounding = "4990"
    var rules = CompanyRules(
        company: company,
        storeViews: [.init(code: "default"), .init(code: "us_en", documentPrefix: "UE")],
        documentPrefix: "US",
        timeZone: zone,
        currency: try currency(code),
        customers: .init(group: "WEB", prefix: "W", guests: .shared, guestCustomer: "WEBGUEST"),
        accounts: accounts
    )
    rules.terms = "CARD"
    rules.taxGroup = "ECOM"
    change(&rules)
    return rules
}

func map(_ order: StoreOrder, _ rules: CompanyRules) throws -> ARInvoice {
    let choice = try CustomerChoice.forOrder(order, rules: rules)
    return try OrderMapping.invoice(for: order, rules: rules, customer: choice.number)
}

/// `product 4000 104.00 MH01-M-Blue Hoodie`, a line each.
func written(_ invoice: ARInvoice) -> String {
    invoice.lines.map { line in
        let amount = Money(line.amount, invoice.currency).amountText
        return "\(line.role.rawValue) \(line.account) \(amount) \(line.description)"
    }.joined(separator: "\n")
}

/// What a mapping refused an order for.
func refusal(_ order: StoreOrder, _ rules: CompanyRules) throws -> Failure? {
    do {
        _ = try map(order, rules)
        return nil
    } catch let failure as Failure {
        return failure
    }
}
