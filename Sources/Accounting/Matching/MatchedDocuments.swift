public import Foundation

/// A document of the store as it would be entered, as far as one that somebody typed by hand can be told by it.
public struct ExpectedDocument: Sendable, Hashable {
    /// Invoice or credit note.
    public var type: ARInvoice.DocumentType
    /// The store's number: its increment id.
    public var number: String
    /// The number it would have in Sage 300.
    public var document: String
    /// Its order's increment id; nil where the store does not say.
    public var orderNumber: String?
    /// Whether its order has no other document of that type: then the order's number is as good as its own.
    public var isOnlyOfItsOrder: Bool
    /// Its total with tax; nil where it cannot be told.
    public var total: Decimal?
    /// ISO code of `total`.
    public var currency: String?
    /// The company's calendar day it would be dated.
    public var date: CalendarDate
    /// The customer it would be entered for; nil for a guest who shares one with others, and where it cannot be told.
    public var customer: String?
    /// What the buyer is called: person and company, as far as the store knows them.
    public var names: [String]

    /// A document from its parts.
    public init(
        type: ARInvoice.DocumentType,
        number: String,
        document: String,
        orderNumber: String?,
        isOnlyOfItsOrder: Bool,
        total: Decimal?,
        currency: String?,
        date: CalendarDate,
        customer: String? = nil,
        names: [String] = []
    ) {
        self.type = type
        self.number = number
        self.document = document
        self.orderNumber = orderNumber
        self.isOnlyOfItsOrder = isOnlyOfItsOrder
        self.total = total
        self.currency = currency
        self.date = date
        self.customer = customer
        self.names = names
    }
}

/// A document that stands in Sage 300's receivables: posted, or an entry of a batch that is not posted yet.
public struct StandingDocument: Sendable, Hashable {
    /// Its number.
    public var document: String
    /// Its customer: a number may be used once for each.
    public var customer: String
    /// What that customer is called; nil as long as nobody asked.
    public var customerName: String?
    /// `Invoice`, `CreditNote` or another caption; nil when Sage 300 does not say.
    public var type: String?
    /// `OrderNumber`, blank where there is none.
    public var orderNumber: String
    /// `PONumber`, blank where there is none.
    public var purchaseOrder: String
    /// Its description or reference.
    public var description: String
    /// Its date; nil when Sage 300 does not say.
    public var date: CalendarDate?
    /// Its total with tax, with the sign Sage 300 gives it; nil when Sage 300 does not say.
    public var total: Decimal?
    /// ISO code of `total`; nil when Sage 300 does not say.
    public var currency: String?
    /// The batch it stands in or was posted from.
    public var batch: Int64?
    /// The entry of that batch.
    public var entry: Int?
    /// Whether it is in the ledger.
    public var isPosted: Bool

    /// A document from its parts.
    public init(
        document: String,
        customer: String,
        customerName: String? = nil,
        type: String?,
        orderNumber: String = "",
        purchaseOrder: String = "",
        description: String = "",
        date: CalendarDate?,
        total: Decimal?,
        currency: String? = nil,
        batch: Int64? = nil,
        entry: Int? = nil,
        isPosted: Bool
    ) {
        self.document = document
        self.customer = customer
        self.customerName = customerName
        self.type = type
        self.orderNumber = orderNumber
        self.purchaseOrder = purchaseOrder
        self.description = description
        self.date = date
        self.total = total
        self.currency = currency
        self.batch = batch
        self.entry = entry
        self.isPosted = isPosted
    }
}
