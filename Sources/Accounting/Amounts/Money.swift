public import Foundation

/// A currency by its ISO 4217 code, with the number of decimals its amounts have.
public struct Currency: Sendable, Hashable, CustomStringConvertible {
    /// Three capital letters.
    public let code: String
    /// Decimals of the smallest unit: 2 for most, 0 for JPY, 3 for KWD.
    public let minorDigits: Int

    private static let withoutDecimals: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
        "XAF",
        "XOF", "XPF",
    ]
    private static let withThreeDecimals: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

    /// Nil unless the code is three capital letters.
    public init?(_ code: String) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
        self.code = code
        minorDigits = Self.withoutDecimals.contains(code) ? 0 : Self.withThreeDecimals.contains(code) ? 3 : 2
    }

    /// The code.
    public var description: String { code }

    /// The smallest amount there is, 0.01 for most.
    public var smallestUnit: Decimal { Decimal(sign: .plus, exponent: -minorDigits, significand: 1) }
}

extension Decimal {
    /// Rounded half away from zero at a currency's decimals, as Adobe and Sage 300 do ("half up" of the contract).
    public func rounded(to currency: Currency) -> Decimal { rounded(toDecimals: currency.minorDigits) }

    /// Rounded half away from zero at `decimals` places.
    public func rounded(toDecimals decimals: Int) -> Decimal {
        var value = self
        var result = Decimal()
        NSDecimalRound(&result, &value, decimals, .plain)
        return result
    }
}

/// An exact amount in one currency. Amounts of two currencies are never added.
public struct Money: Sendable, Hashable, CustomStringConvertible {
    /// The exact amount.
    public let amount: Decimal
    /// Its currency.
    public let currency: Currency

    /// An amount as it is; nothing is rounded.
    public init(_ amount: Decimal, _ currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    /// Plain text with at least the currency's decimals, for instance `93.60`.
    public var amountText: String {
        let text = amount.description
        let decimals = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
        guard decimals < currency.minorDigits else { return text }
        let zeros = String(repeating: "0", count: currency.minorDigits - decimals)
        return decimals == 0 ? text + "." + zeros : text + zeros
    }

    /// For instance `93.60 USD`.
    public var description: String { "\(amountText) \(currency)" }
}
