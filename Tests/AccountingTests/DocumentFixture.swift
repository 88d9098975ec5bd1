import Accounting
import Foundation
import Synchronization

/// A named case of `Documents/*.txt`: what a store made, and beside it what it must become in the ledger, both as an
/// accountant would write them down. The words of the format are explained in `Documents/README.md`.
struct DocumentFixture {
    var title = ""
    var rules: CompanyRules
    var order: StoreOrder
    var invoices: [StoreInvoice] = []
    var creditMemos: [StoreCreditMemo] = []
    var shipments: [StoreShipment] = []
    var expectations: [Expectation] = []

    struct Expectation {
        let kind: DocumentKind
        let number: String
        var text: String
    }

    struct Malformed: Error, CustomStringConvertible {
        let line: String
        var description: String { "cannot be read: \(line)" }
    }

    /// Every case of a file; cases begin with `title`.
    static func cases(of text: String) throws -> [DocumentFixture] {
        var cases: [[String]] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("title ") { cases.append([]) }
            if !cases.isEmpty { cases[cases.count - 1].append(line) }
        }
        return try cases.map(DocumentFixture.init)
    }

    private init(_ lines: [String]) throws {
        rules = try AccountingTests.rules()
        order = try AccountingTests.order([], subtotal: "0", grand: "0")
        var isOrdered = false
        for line in lines where !line.trimmingCharacters(in: .whitespaces).isEmpty && !line.hasPrefix("#") {
            if line.hasPrefix("  ") {
                guard !expectations.isEmpty else { throw Malformed(line: line) }
                let text = String(line.dropFirst(2))
                let last = expectations.count - 1
                expectations[last].text += (expectations[last].text.isEmpty ? "" : "\n") + text
                continue
            }
            if line.hasPrefix("title ") {
                title = String(line.dropFirst(6))
                continue
            }
            isOrdered = line.hasPrefix("ordered ")
            try read(Statement(isOrdered ? String(line.dropFirst(8)) : line), isOrdered: isOrdered)
        }
    }

    private mutating func read(_ statement: Statement, isOrdered: Bool) throws {
        switch statement.word {
        case "company": try statement.fill(&rules)
        case "rule": rules.accountRules.append(try statement.accountRule())
        case "authority":
            let (pattern, group, authority) = try statement.three()
            let row = CompanyRules.TaxAuthorityRule(pattern: pattern, group: group, authority: authority)
            if case .authority(let rows) = rules.taxPosting {
                rules.taxPosting = .authority(rows + [row])
            } else {
                rules.taxPosting = .authority([row])
                rules.accounts.tax = nil
            }
        case "order": try statement.fill(&order)
        case "item":
            if isOrdered {
                try statement.fillOrdered(&order.items)
            } else {
                order.items.append(try statement.item())
            }
        case "charged":
            let (code, percent, amount) = try statement.three()
            order.taxes.append(
                StoreAppliedTax(code: code, percent: d(percent), base: d(amount), ordered: d(amount))
            )
        case "taxed":
            let (item, code, amount) = try statement.three()
            let tax = StoreAppliedTax(code: code, base: d(amount), ordered: d(amount))
            order.itemTaxes.append(StoreItemTaxes(.item(Int64(item) ?? 0), [tax]))
        case "invoice": invoices.append(try statement.invoice(of: order))
        case "creditmemo": creditMemos.append(try statement.creditMemo(of: order))
        case "shipment": shipments.append(try statement.shipment(of: order))
        case "line": try addLine(statement, isOrdered)
        case "totals": try addTotals(statement, isOrdered)
        case "expect":
            guard let kind = DocumentKind(rawValue: try statement.value(0)) else {
                throw Malformed(line: statement.text)
            }
            expectations.append(Expectation(kind: kind, number: try statement.value(1), text: ""))
        default: throw Malformed(line: statement.text)
        }
    }

    private mutating func addLine(_ statement: Statement, _ isOrdered: Bool) throws {
        switch statement.latest(of: self) {
        case .invoice: try statement.addLine(to: &invoices[invoices.count - 1].lines, of: order, isOrdered)
        case .creditMemo:
            try statement.addLine(to: &creditMemos[creditMemos.count - 1].lines, of: order, isOrdered)
        case .shipment: shipments[shipments.count - 1].lines.append(try statement.shipmentLine())
        case .order: throw Malformed(line: statement.text)
        }
    }

    private mutating func addTotals(_ statement: Statement, _ isOrdered: Bool) throws {
        switch statement.latest(of: self) {
        case .order:
            let totals = try statement.orderTotals()
            if !isOrdered { order.base = totals }
            order.ordered = totals
        case .invoice:
            let totals = try statement.documentTotals()
            if !isOrdered { invoices[invoices.count - 1].base = totals }
            invoices[invoices.count - 1].ordered = totals
        case .creditMemo:
            let totals = try statement.documentTotals()
            if !isOrdered { creditMemos[creditMemos.count - 1].base = totals }
            creditMemos[creditMemos.count - 1].ordered = totals
        case .shipment: throw Malformed(line: statement.text)
        }
    }
}

/// One line of a case: a word, plain values, and values with a name; `name=` takes the rest of the line.
struct Statement {
    let text: String
    let word: String
    private let values: [String]
    private let named: [String: String]

    init(_ text: String) throws {
        self.text = text
        var rest = text
        var named: [String: String] = [:]
        if let range = text.range(of: " name=") {
            named["name"] = String(text[range.upperBound...])
            rest = String(text[..<range.lowerBound])
        }
        var values: [String] = []
        for part in rest.split(separator: " ").map(String.init) {
            if let equals = part.firstIndex(of: "=") {
                named[String(part[..<equals])] = String(part[part.index(after: equals)...])
            } else {
                values.append(part)
            }
        }
        guard let word = values.first else { throw DocumentFixture.Malformed(line: text) }
        self.word = word
        self.values = Array(values.dropFirst())
        self.named = named
    }

    enum Place { case order, invoice, creditMemo, shipment }

    /// Lines and totals belong to the document before them; `of=` is not needed, the last kind made decides.
    func latest(of fixture: DocumentFixture) -> Place {
        let latest = [
            (fixture.invoices.last?.entityID ?? 0, Place.invoice),
            (fixture.creditMemos.last?.entityID ?? 0, .creditMemo),
            (fixture.shipments.last?.entityID ?? 0, .shipment),
        ].max { $0.0 < $1.0 }
        guard let latest, latest.0 > 0 else { return .order }
        return latest.1
    }

    func value(_ position: Int) throws -> String {
        guard values.indices.contains(position) else { throw DocumentFixture.Malformed(line: text) }
        return values[position]
    }

    func three() throws -> (String, String, String) { (try value(0), try value(1), try value(2)) }

    private func amount(_ name: String) throws -> Amount {
        guard let text = named[name] else { return 0 }
        guard let amount = Amount(rounding: text) else { throw DocumentFixture.Malformed(line: self.text) }
        return amount
    }

    private func amount(at position: Int) throws -> Amount {
        guard let amount = Amount(rounding: try value(position)) else {
            throw DocumentFixture.Malformed(line: text)
        }
        return amount
    }

    private func date(_ otherwise: String) throws -> Date {
        try instant((named["at"] ?? otherwise).replacingOccurrences(of: "T", with: " "))
    }

    private static let counter = Counter()

    // MARK: What statements make

    func fill(_ rules: inout CompanyRules) throws {
        for (name, value) in named {
            if let key = AccountKey(rawValue: name) {
                rules.accounts[key] = value == "none" ? nil : value
                continue
            }
            switch name {
            case "currency": rules.currency = try currency(value)
            case "currencies":
                for code in value.split(separator: ",").map(String.init) {
                    rules.currencies[code] = .init(
                        group: "WEB\(code)",
                        guestCustomer: "GUEST\(code)",
                        suffix: String(code.prefix(1))
                    )
                }
            case "invoiceOn": rules.invoiceOn = .init(rawValue: value) ?? .order
            case "zeroTotals": rules.zeroTotals = .init(rawValue: value) ?? .skip
            case "shippingRecognition": rules.shippingRecognition = .init(rawValue: value) ?? .first
            case "roundingCap": rules.roundingCap = d(value)
            case "startDate": rules.startDate = CalendarDate(value)
            case "statuses": rules.statuses = value.split(separator: ",").map(String.init)
            case "prefix": rules.documentPrefix = value
            default: throw DocumentFixture.Malformed(line: text)
            }
        }
    }

    func accountRule() throws -> AccountRule {
        var rule = AccountRule(name: try value(0))
        for (name, value) in named {
            let patterns = value.split(separator: ",").map { TextPattern(String($0)) }
            if let key = AccountKey(rawValue: name) {
                rule.targets[key] =
                    value.hasPrefix("code:") ? .distributionCode(String(value.dropFirst(5))) : .account(value)
                continue
            }
            switch name {
            case "storeView": rule.condition.storeViews = patterns
            case "productType": rule.condition.productTypes = patterns
            case "sku": rule.condition.skus = patterns
            case "taxCode": rule.condition.taxCodes = patterns
            case "paymentMethod": rule.condition.paymentMethods = patterns
            case "customerGroup":
                rule.condition.customerGroups = value.split(separator: ",").compactMap { Int($0) }
            case "terms": rule.terms = value
            case "taxGroup": rule.taxGroup = value
            case "optional":
                let parts = value.split(separator: ":").map(String.init)
                guard parts.count == 2 else { throw DocumentFixture.Malformed(line: text) }
                rule.optionalFields[parts[0]] = parts[1]
            default: throw DocumentFixture.Malformed(line: text)
            }
        }
        return rule
    }

    func fill(_ order: inout StoreOrder) throws {
        order.incrementID = try value(0)
        order.orderCurrency = try value(1)
        order.baseCurrency = named["base"] ?? order.orderCurrency
        order.storeView = named["view"] ?? "default"
        order.status = named["status"] ?? "processing"
        order.state = named["state"] ?? "processing"
        order.createdAt = try date("2024-03-01T09:15:02")
        order.updatedAt = try instant(
            (named["updated"] ?? "2024-03-05T10:00:00").replacingOccurrences(of: "T", with: " ")
        )
        order.canceledAt = try named["canceledAt"].map {
            try instant($0.replacingOccurrences(of: "T", with: " "))
        }
        order.paymentMethod = named["payment"]
        order.isReplaced = values.contains("replaced")
        if values.contains("guest") {
            order.buyer = StoreBuyer(customerID: nil, isGuest: true, email: "guest@example.com", groupID: 0)
        } else {
            order.buyer = StoreBuyer(
                customerID: Int64(named["customer"] ?? "42"),
                isGuest: false,
                email: "ada@example.com",
                groupID: Int(named["group"] ?? "1")
            )
        }
    }

    private func itemAmounts(price: Amount) throws -> StoreItemAmounts {
        StoreItemAmounts(
            price: price,
            printedRowTotal: named["printed"] == nil ? nil : try amount("printed"),
            discount: try amount("discount"),
            tax: try amount("tax"),
            discountTaxCompensation: try amount("comp"),
            fixedProductTax: try amount("fpt"),
            invoiced: named["rowInvoiced"] == nil
                ? nil
                : .init(
                    row: try amount("rowInvoiced"),
                    discount: try amount("discountInvoiced"),
                    tax: try amount("taxInvoiced"),
                    discountTaxCompensation: named["compInvoiced"] == nil ? nil : try amount("compInvoiced")
                )
        )
    }

    /// `item ID TYPE SKU QUANTITY PRICE …`
    func item() throws -> StoreOrderItem {
        let amounts = try itemAmounts(price: try amount(at: 4))
        return StoreOrderItem(
            itemID: Int64(try value(0)) ?? 0,
            parentItemID: named["in"].flatMap { Int64($0) },
            sku: try value(2),
            name: named["name"] ?? "Thing",
            productType: try value(1),
            quantity: try amount(at: 3),
            quantityCanceled: try amount("canceled"),
            base: amounts,
            ordered: amounts
        )
    }

    /// `ordered item ID PRICE …`
    func fillOrdered(_ items: inout [StoreOrderItem]) throws {
        let id = Int64(try value(0))
        guard let position = items.firstIndex(where: { $0.itemID == id }) else {
            throw DocumentFixture.Malformed(line: text)
        }
        items[position].ordered = try itemAmounts(price: try amount(at: 1))
    }

    func orderTotals() throws -> StoreOrderTotals {
        var totals = StoreOrderTotals(grandTotal: try amount("grand"))
        totals.subtotal = try amount("subtotal")
        totals.shipping = try amount("shipping")
        totals.shippingTax = try amount("shippingTax")
        totals.tax = try amount("tax")
        totals.discount = try amount("discount")
        totals.shippingDiscount = try amount("shippingDiscount")
        totals.discountTaxCompensation = try amount("comp")
        totals.shippingDiscountTaxCompensation = try amount("shippingComp")
        totals.giftCards = try amount("giftCards")
        totals.storeCredit = try amount("storeCredit")
        totals.rewardPoints = try amount("rewardPoints")
        totals.giftWrapping = try amount("wrapping")
        totals.customFees = try amount("fees")
        totals.invoiced = try amount("invoiced")
        totals.canceled = try amount("canceled")
        totals.subtotalInvoiced = try amount("subtotalInvoiced")
        totals.shippingInvoiced = try amount("shippingInvoiced")
        totals.taxInvoiced = try amount("taxInvoiced")
        totals.discountInvoiced = try amount("discountInvoiced")
        totals.discountTaxCompensationInvoiced = try amount("compInvoiced")
        totals.giftCardsInvoiced = try amount("giftCardsInvoiced")
        totals.storeCreditInvoiced = try amount("storeCreditInvoiced")
        return totals
    }

    func documentTotals() throws -> StoreDocumentTotals {
        var totals = StoreDocumentTotals(grandTotal: try amount("grand"))
        totals.subtotal = try amount("subtotal")
        totals.shipping = try amount("shipping")
        totals.shippingTax = try amount("shippingTax")
        totals.tax = try amount("tax")
        totals.discount = try amount("discount")
        totals.discountTaxCompensation = try amount("comp")
        totals.shippingDiscountTaxCompensation = try amount("shippingComp")
        totals.giftCards = try amount("giftCards")
        totals.storeCredit = try amount("storeCredit")
        totals.giftWrapping = try amount("wrapping")
        totals.adjustmentRefund = try amount("adjustmentRefund")
        totals.adjustmentFee = try amount("adjustmentFee")
        return totals
    }

    func invoice(of order: StoreOrder) throws -> StoreInvoice {
        let state: StoreInvoice.State = named["state"] == "canceled" ? .canceled : .paid
        return StoreInvoice(
            entityID: Self.counter.next(),
            orderID: order.entityID,
            incrementID: try value(0),
            storeView: order.storeView,
            state: state,
            createdAt: try date("2024-03-02T09:00:00"),
            updatedAt: try date("2024-03-02T09:00:00"),
            baseCurrency: order.baseCurrency,
            orderCurrency: order.orderCurrency,
            base: .init(grandTotal: 0),
            ordered: .init(grandTotal: 0),
            lines: []
        )
    }

    func creditMemo(of order: StoreOrder) throws -> StoreCreditMemo {
        StoreCreditMemo(
            entityID: Self.counter.next(),
            orderID: order.entityID,
            invoiceID: nil,
            incrementID: try value(0),
            storeView: order.storeView,
            state: named["state"] == "canceled" ? .canceled : .refunded,
            createdAt: try date("2024-03-10T12:00:00"),
            updatedAt: try date("2024-03-10T12:00:00"),
            baseCurrency: order.baseCurrency,
            orderCurrency: order.orderCurrency,
            base: .init(grandTotal: 0),
            ordered: .init(grandTotal: 0),
            lines: []
        )
    }

    func shipment(of order: StoreOrder) throws -> StoreShipment {
        StoreShipment(
            entityID: Self.counter.next(),
            orderID: order.entityID,
            incrementID: try value(0),
            storeView: order.storeView,
            createdAt: try date("2024-03-04T08:00:00"),
            updatedAt: try date("2024-03-04T08:00:00"),
            lines: []
        )
    }

    /// `line ITEM QUANTITY`
    func shipmentLine() throws -> StoreShipment.Line {
        StoreShipment.Line(orderItemID: Int64(try value(0)) ?? 0, sku: "", quantity: try amount(at: 1))
    }

    /// `line ITEM QUANTITY ROW …`
    func addLine(to lines: inout [StoreDocumentLine], of order: StoreOrder, _ isOrdered: Bool) throws {
        var amounts = StoreDocumentLine.Amounts()
        amounts.rowTotal = try amount(at: 2)
        amounts.price = try amount("price")
        amounts.discount = try amount("discount")
        amounts.tax = try amount("tax")
        amounts.discountTaxCompensation = try amount("comp")
        amounts.fixedProductTax = try amount("fpt")
        let id = Int64(try value(0)) ?? 0
        let item = order.items.first { $0.itemID == id }
        if isOrdered, let position = lines.firstIndex(where: { $0.orderItemID == id }) {
            lines[position].ordered = amounts
            return
        }
        lines.append(
            StoreDocumentLine(
                orderItemID: id,
                sku: named["sku"] ?? item?.sku ?? "SKU",
                name: named["name"] ?? item?.name ?? "Thing",
                quantity: try amount(at: 1),
                base: amounts,
                ordered: amounts
            )
        )
    }
}

/// Ids that grow with every document made.
private final class Counter: Sendable {
    private let last = Mutex<Int64>(0)
    func next() -> Int64 {
        last.withLock {
            $0 += 1
            return $0
        }
    }
}
