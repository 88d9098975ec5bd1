public import Accounting
public import Foundation
public import Storage

/// A tenant's day in figures: what was posted, and what is not.
public struct Digest: Sendable {
    /// Whose.
    public var tenant: TenantID
    /// Its name for people.
    public var name: String
    /// Posted after this time.
    public var from: Date
    /// Posted up to this time.
    public var to: Date
    /// What was posted in that time.
    public var posted: [DocumentSum]
    /// What is not posted yet, as it is now.
    public var open: [DocumentSum]
    /// How many died in that time and are dead still.
    public var newDead: Int
    /// Since when the longest-waiting document has waited.
    public var oldest: Date?
    /// For how many seconds each company was paused in that time.
    public var pausedSeconds: [String: Int]

    /// A digest from its parts.
    public init(
        tenant: TenantID,
        name: String,
        from: Date,
        to: Date,
        posted: [DocumentSum],
        open: [DocumentSum],
        newDead: Int,
        oldest: Date?,
        pausedSeconds: [String: Int]
    ) {
        self.tenant = tenant
        self.name = name
        self.from = from
        self.to = to
        self.posted = posted
        self.open = open
        self.newDead = newDead
        self.oldest = oldest
        self.pausedSeconds = pausedSeconds
    }

    /// Companies it has something to say of.
    public var companies: [String] {
        Set(posted.map(\.company) + open.map(\.company) + pausedSeconds.keys).sorted()
    }

    /// What was invoiced, credited and earned, and what that comes to, of a company or, for nil, of all, by currency.
    public func totals(of company: String? = nil) -> [DigestTotal] {
        let sums = posted.filter { company == nil || $0.company == company }
        let currencies = Set(sums.compactMap(\.currency)).sorted()
        return currencies.map { currency in
            let own = sums.filter { $0.currency == currency }
            var total = DigestTotal(currency: currency)
            for sum in own {
                switch sum.kind {
                case .creditmemo, .cancellation: total.credits.add(sum)
                case .order, .invoice: total.invoices.add(sum)
                case .shipment, .customer, nil: total.shipments.add(sum)
                }
            }
            return total
        }
    }
}

/// What was posted in one currency.
public struct DigestTotal: Sendable, Hashable {
    /// How many, and what they come to; never negative.
    public struct Part: Sendable, Hashable {
        /// How many.
        public var count = 0
        /// What they come to.
        public var amount: Decimal = 0

        mutating func add(_ sum: DocumentSum) {
            count += sum.count
            amount += sum.amount.magnitude
        }
    }

    /// ISO code.
    public let currency: String
    /// Invoices.
    public var invoices = Part()
    /// Credit notes, cancellations included.
    public var credits = Part()
    /// Journal entries of shipments.
    public var shipments = Part()

    init(currency: String) { self.currency = currency }

    /// What receivables grew by.
    public var net: Decimal { invoices.amount - credits.amount }
}
