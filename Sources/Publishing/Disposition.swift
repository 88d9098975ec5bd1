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
        case (.customer, _), (.order, _), (.cancellation, _): self = .publish
        case (.invoice, .order): self = .skip("orders are entered, not Adobe's invoices (invoiceOn: order)")
        case (.invoice, .invoice): self = .hold("this release does not enter Adobe's invoices yet")
        case (.creditmemo, _): self = .hold("this release does not enter credit notes yet")
        case (.shipment, _):
            self =
                rules.accounts.deferredRevenue == nil
                ? .skip("no revenue is deferred (accounts.deferredRevenue)")
                : .hold("this release does not recognise deferred revenue yet")
        }
    }
}

extension DocumentKind {
    /// No rules leave it out whatever is in it.
    var isAlwaysPublished: Bool {
        switch self {
        case .customer, .order, .cancellation: true
        case .invoice, .creditmemo, .shipment: false
        }
    }
}
