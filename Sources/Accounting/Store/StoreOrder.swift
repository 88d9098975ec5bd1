public import Foundation

/// An order as the store took it, in the words and amounts the mapping needs.
public struct StoreOrder: Sendable, Hashable {
    /// Adobe's `entity_id`, unique in a store.
    public var entityID: Int64
    /// What the customer sees, unique per store view only (reference Adobe 5.4).
    public var incrementID: String
    /// Store view, by code.
    public var storeView: String
    /// Merchant's own status, for instance `processing`.
    public var status: String
    /// Adobe's state machine, for instance `canceled`.
    public var state: String
    /// When it was placed.
    public var createdAt: Date
    /// When the row last moved.
    public var updatedAt: Date
    /// The buyer as written on the order.
    public var buyer: StoreBuyer
    /// ISO code of the `base_` amounts.
    public var baseCurrency: String
    /// ISO code of the amounts the buyer saw.
    public var orderCurrency: String
    /// Totals in the base currency.
    public var base: StoreOrderTotals
    /// Totals in the order's currency.
    public var ordered: StoreOrderTotals
    /// Every item, composite parents and children alike.
    public var items: [StoreOrderItem]
    /// How it is paid, by the method's code, for instance `checkmo`; nil where the store does not say.
    public var paymentMethod: String?
    /// The rates it was taxed with; empty where the store does not say.
    public var taxes: [StoreAppliedTax]
    /// The same by item and for shipping; empty where the store does not say.
    public var itemTaxes: [StoreItemTaxes]
    /// Set on an order that replaces an edited one.
    public var originalIncrementID: String?
    /// `entity_id` of the order this one replaces.
    public var replacesOrderID: Int64?
    /// True once an edit has replaced this order.
    public var isReplaced: Bool
    /// When it was cancelled, by its status history; nil where that does not say.
    public var canceledAt: Date?

    /// An order from its parts.
    public init(
        entityID: Int64,
        incrementID: String,
        storeView: String,
        status: String,
        state: String,
        createdAt: Date,
        updatedAt: Date,
        buyer: StoreBuyer,
        baseCurrency: String,
        orderCurrency: String,
        base: StoreOrderTotals,
        ordered: StoreOrderTotals,
        items: [StoreOrderItem],
        paymentMethod: String? = nil,
        taxes: [StoreAppliedTax] = [],
        itemTaxes: [StoreItemTaxes] = [],
        originalIncrementID: String? = nil,
        replacesOrderID: Int64? = nil,
        isReplaced: Bool = false,
        canceledAt: Date? = nil
    ) {
        self.entityID = entityID
        self.incrementID = incrementID
        self.storeView = storeView
        self.status = status
        self.state = state
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.buyer = buyer
        self.baseCurrency = baseCurrency
        self.orderCurrency = orderCurrency
        self.base = base
        self.ordered = ordered
        self.items = items
        self.paymentMethod = paymentMethod
        self.taxes = taxes
        self.itemTaxes = itemTaxes
        self.originalIncrementID = originalIncrementID
        self.replacesOrderID = replacesOrderID
        self.isReplaced = isReplaced
        self.canceledAt = canceledAt
    }
}

/// Who bought, as written on the order.
public struct StoreBuyer: Sendable, Hashable {
    /// Adobe's customer id; nil for a guest and after the customer was deleted.
    public var customerID: Int64?
    /// Adobe's `customer_is_guest`.
    public var isGuest: Bool
    /// Never empty in Adobe; kept as it is.
    public var email: String
    /// First name, where known.
    public var firstName: String?
    /// Last name, where known.
    public var lastName: String?
    /// Adobe's customer group.
    public var groupID: Int?
    /// VAT or tax number.
    public var taxNumber: String?
    /// Billing address.
    public var billing: StoreAddress?
    /// Shipping address; nil for virtual orders.
    public var shipping: StoreAddress?

    /// A buyer from its parts.
    public init(
        customerID: Int64?,
        isGuest: Bool,
        email: String,
        firstName: String? = nil,
        lastName: String? = nil,
        groupID: Int? = nil,
        taxNumber: String? = nil,
        billing: StoreAddress? = nil,
        shipping: StoreAddress? = nil
    ) {
        self.customerID = customerID
        self.isGuest = isGuest
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.groupID = groupID
        self.taxNumber = taxNumber
        self.billing = billing
        self.shipping = shipping
    }
}

/// A postal address as the store holds it.
public struct StoreAddress: Sendable, Hashable {
    /// First name.
    public var firstName: String?
    /// Last name.
    public var lastName: String?
    /// Company name.
    public var company: String?
    /// Street lines, as many as the store has.
    public var street: [String]
    /// City.
    public var city: String?
    /// Region's name.
    public var region: String?
    /// Region's short code, for instance `TX`.
    public var regionCode: String?
    /// Postal code.
    public var postcode: String?
    /// ISO 3166 code of two letters.
    public var country: String?
    /// Telephone.
    public var telephone: String?
    /// VAT number.
    public var vatNumber: String?

    /// An address from its parts.
    public init(
        firstName: String? = nil,
        lastName: String? = nil,
        company: String? = nil,
        street: [String] = [],
        city: String? = nil,
        region: String? = nil,
        regionCode: String? = nil,
        postcode: String? = nil,
        country: String? = nil,
        telephone: String? = nil,
        vatNumber: String? = nil
    ) {
        self.firstName = firstName
        self.lastName = lastName
        self.company = company
        self.street = street
        self.city = city
        self.region = region
        self.regionCode = regionCode
        self.postcode = postcode
        self.country = country
        self.telephone = telephone
        self.vatNumber = vatNumber
    }
}

/// The totals of an order in one currency. Absent amounts are zero. Signs are Adobe's: `discount` is ≤ 0,
/// everything else is what is added or redeemed, ≥ 0 (reference Adobe 5.1).
public struct StoreOrderTotals: Sendable, Hashable {
    /// What the buyer owes: `grand_total`.
    public var grandTotal: Amount
    /// Σ row totals before discount, net of tax.
    public var subtotal: Amount = 0
    /// Shipping net of tax, before discount.
    public var shipping: Amount = 0
    /// Tax on shipping, contained in `tax`.
    public var shippingTax: Amount = 0
    /// All tax.
    public var tax: Amount = 0
    /// All discount, ≤ 0, the shipping part included.
    public var discount: Amount = 0
    /// Discount on shipping, ≥ 0, contained in `discount`.
    public var shippingDiscount: Amount = 0
    /// Tax contained in the items' discount, given back.
    public var discountTaxCompensation: Amount = 0
    /// Tax contained in the shipping discount, given back.
    public var shippingDiscountTaxCompensation: Amount = 0
    /// Paid with gift cards.
    public var giftCards: Amount = 0
    /// Paid with store credit (`customer_balance_amount`).
    public var storeCredit: Amount = 0
    /// Paid with reward points (`reward_currency_amount`).
    public var rewardPoints: Amount = 0
    /// Gift wrapping of order, items and card, net.
    public var giftWrapping: Amount = 0
    /// Custom fees (2.4.7 and later).
    public var customFees: Amount = 0
    /// What was invoiced so far.
    public var invoiced: Amount = 0
    /// What was cancelled, by the store's own reckoning.
    public var canceled: Amount = 0
    /// Of `subtotal`, what was invoiced; likewise the following.
    public var subtotalInvoiced: Amount = 0
    /// Of `shipping`.
    public var shippingInvoiced: Amount = 0
    /// Of `tax`.
    public var taxInvoiced: Amount = 0
    /// Of `discount`, ≥ 0 whichever sign the store prints.
    public var discountInvoiced: Amount = 0
    /// Of `discountTaxCompensation`.
    public var discountTaxCompensationInvoiced: Amount = 0
    /// Of `giftCards`.
    public var giftCardsInvoiced: Amount = 0
    /// Of `storeCredit`.
    public var storeCreditInvoiced: Amount = 0

    /// Totals with everything but the grand total at zero.
    public init(grandTotal: Amount) { self.grandTotal = grandTotal }

    /// Whether anything was invoiced: paid with gift cards alone, an invoice comes to nothing.
    public var hasInvoice: Bool { invoiced != 0 || subtotalInvoiced != 0 || shippingInvoiced != 0 }
}

/// One line of an order. Composite products have a parent line and child lines (reference Adobe 3.5).
public struct StoreOrderItem: Sendable, Hashable {
    /// Adobe's `item_id`.
    public var itemID: Int64
    /// The line this one belongs to.
    public var parentItemID: Int64?
    /// Stock keeping unit.
    public var sku: String
    /// Name as the store prints it; may hold HTML entities.
    public var name: String
    /// `simple`, `configurable`, `bundle`, `virtual`, `downloadable`, `grouped`, `giftcard`, or another.
    public var productType: String
    /// Units ordered.
    public var quantity: Amount
    /// Units cancelled before they were invoiced.
    public var quantityCanceled: Amount
    /// Amounts in the base currency.
    public var base: StoreItemAmounts
    /// Amounts in the order's currency.
    public var ordered: StoreItemAmounts

    /// An item from its parts.
    public init(
        itemID: Int64,
        parentItemID: Int64? = nil,
        sku: String,
        name: String,
        productType: String,
        quantity: Amount,
        quantityCanceled: Amount = 0,
        base: StoreItemAmounts,
        ordered: StoreItemAmounts
    ) {
        self.itemID = itemID
        self.parentItemID = parentItemID
        self.sku = sku
        self.name = name
        self.productType = productType
        self.quantity = quantity
        self.quantityCanceled = quantityCanceled
        self.base = base
        self.ordered = ordered
    }
}

/// The amounts of one line in one currency, absent ones zero.
public struct StoreItemAmounts: Sendable, Hashable {
    /// Unit price net of tax, before discount, up to 4 decimals.
    public var price: Amount
    /// `row_total` as REST prints it: after discount, wrong in 2.4.8 (reference Adobe 5.2). A hint only.
    public var printedRowTotal: Amount?
    /// The row after discount with all its taxes, as REST prints it (reference Adobe 5.2). A hint only.
    public var printedRowTotalWithTaxes: Amount?
    /// Discount of the row, ≥ 0.
    public var discount: Amount
    /// Tax of the row.
    public var tax: Amount
    /// Tax contained in the discount, given back.
    public var discountTaxCompensation: Amount
    /// Fixed product tax of the row.
    public var fixedProductTax: Amount
    /// What of the row was invoiced; nil where the store does not say.
    public var invoiced: Invoiced?

    /// What of a row was invoiced: parts of the amounts of that name.
    public struct Invoiced: Sendable, Hashable {
        /// Of the row before discount.
        public var row: Amount
        /// Of `discount`.
        public var discount: Amount
        /// Of `tax`.
        public var tax: Amount
        /// Of `discountTaxCompensation`; nil where the store does not say.
        public var discountTaxCompensation: Amount?

        /// Parts of a row.
        public init(
            row: Amount,
            discount: Amount = 0,
            tax: Amount = 0,
            discountTaxCompensation: Amount? = nil
        ) {
            self.row = row
            self.discount = discount
            self.tax = tax
            self.discountTaxCompensation = discountTaxCompensation
        }
    }

    /// Amounts, zero unless given.
    public init(
        price: Amount = 0,
        printedRowTotal: Amount? = nil,
        printedRowTotalWithTaxes: Amount? = nil,
        discount: Amount = 0,
        tax: Amount = 0,
        discountTaxCompensation: Amount = 0,
        fixedProductTax: Amount = 0,
        invoiced: Invoiced? = nil
    ) {
        self.price = price
        self.printedRowTotal = printedRowTotal
        self.printedRowTotalWithTaxes = printedRowTotalWithTaxes
        self.discount = discount
        self.tax = tax
        self.discountTaxCompensation = discountTaxCompensation
        self.fixedProductTax = fixedProductTax
        self.invoiced = invoiced
    }
}
