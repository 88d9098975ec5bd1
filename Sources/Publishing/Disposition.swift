public import Accounting

/// What becomes of a kind of document under a company's rules, whatever is in it.
public enum Disposition: Sendable, Hashable {
    /// A worker gets it.
    case publish
    /// It is known, and left out for this reason.
    case skip(String)
    /// It is known, and waits for this reason.
    case hold(String)

    /// Decides by kind and rules alone.
    public init(_ kind: DocumentKind, under rules: CompanyRules) {
        switch (kind, rules.invoiceOn) {
        case (.customer, _), (.order, _), (.creditmemo, _), (.cancellation, _): self = .publish
        case (.invoice, .order): self = .skip("orders are entered, not Adobe's invoices (invoiceOn: order)")
        case (.invoice, .invoice): self = .publish
        case (.shipment, _):
            self =
                rules.defersRevenue
                ? .hold("this release does not recognise deferred revenue yet")
                : .skip("no revenue is deferred (accounts.deferredRevenue)")
        }
    }
}

extension DocumentKind {
    /// No rules leave it out whatever is in it.
    var isAlwaysPublished: Bool {
        switch self {
        case .customer, .order, .creditmemo, .cancellation: true
        case .invoice, .shipment: false
        }
    }
}
