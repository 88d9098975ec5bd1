/// An exact amount in one currency. Amounts of two currencies are never added.
public struct Money: Sendable, Hashable, CustomStringConvertible {
    /// The exact amount.
    public let amount: Amount
    /// Its currency.
    public let currency: Currency

    /// An amount as it is; nothing is rounded.
    public init(_ amount: Amount, _ currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    /// Plain text with at least the currency's decimals, for instance `93.60`.
    public var amountText: String { amount.text(decimals: currency.minorDigits) }

    /// For instance `93.60 USD`.
    public var description: String { "\(amountText) \(currency)" }
}
