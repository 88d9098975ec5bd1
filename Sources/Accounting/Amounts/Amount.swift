public import Foundation

/// An amount, a price, a quantity or a percentage, exactly as the store keeps it: a whole number of ten-thousandths
/// (`decimal(20,4)`, reference Adobe 5.3).
///
/// Sums and differences are exact. A product is rounded to the decimals asked for, half away from zero, as Adobe and
/// Sage 300 do ("half up" of the contract). Nothing here traps on what a store may send: what leaves the range becomes
/// an amount beyond `limit`, which the mapping refuses.
public struct Amount: Sendable, Hashable, Comparable, AdditiveArithmetic {
    /// The value times 10,000.
    public let tenThousandths: Int128

    /// An amount from its ten-thousandths; what lies far beyond `limit` becomes an amount that still does.
    public init(tenThousandths: Int128) {
        self.tenThousandths = Swift.min(Swift.max(tenThousandths, -Self.end), Self.end)
    }

    /// A whole number.
    public init(_ whole: Int) { tenThousandths = Int128(whole) * Self.unit }

    /// Nothing.
    public static var zero: Amount { Amount(tenThousandths: 0) }

    /// 10^16: what neither the store nor Sage 300 holds (reference Sage 6: 19 digits, 3 of them decimals).
    public static var limit: Amount { Amount(tenThousandths: 100_000_000_000_000_000_000) }

    /// Whether both systems can hold it.
    public var isWithinLimit: Bool { magnitude < Self.limit }

    /// The distance from zero.
    public var magnitude: Amount { tenThousandths < 0 ? -self : self }

    /// Sum.
    public static func + (left: Amount, right: Amount) -> Amount {
        Amount(tenThousandths: left.tenThousandths + right.tenThousandths)
    }

    /// Difference.
    public static func - (left: Amount, right: Amount) -> Amount {
        Amount(tenThousandths: left.tenThousandths - right.tenThousandths)
    }

    /// The opposite.
    public static prefix func - (amount: Amount) -> Amount { Amount(tenThousandths: -amount.tenThousandths) }

    /// By value.
    public static func < (left: Amount, right: Amount) -> Bool { left.tenThousandths < right.tenThousandths }

    /// This much of a unit price: the product at `decimals` places, 0 to 4.
    public func times(_ quantity: Amount, decimals: Int) -> Amount {
        Self.divided(tenThousandths, quantity.tenThousandths, by: Self.unit, decimals)
    }

    /// The part of it that `units` of `all` units are, at `decimals` places; nothing of no units.
    public func part(_ units: Amount, of all: Amount, decimals: Int) -> Amount {
        guard all > .zero else { return .zero }
        return Self.divided(tenThousandths, units.tenThousandths, by: all.tenThousandths, decimals)
    }

    /// Rounded half away from zero at `decimals` places, 0 to 4.
    public func rounded(toDecimals decimals: Int) -> Amount {
        let step = Self.step(decimals)
        guard step > 1 else { return self }
        // Most amounts fit 64 bits, whose division costs a tenth.
        if let value = Int64(exactly: tenThousandths), value.magnitude < UInt64(Int64.max) - 10_000 {
            let step = Int64(step)
            let half = value < 0 ? -step / 2 : step / 2
            return Amount(tenThousandths: Int128((value + half) / step * step))
        }
        let half = tenThousandths < 0 ? -step / 2 : step / 2
        return Amount(tenThousandths: (tenThousandths + half) / step * step)
    }

    /// Rounded half away from zero at a currency's decimals.
    public func rounded(to currency: Currency) -> Amount { rounded(toDecimals: currency.minorDigits) }

    // MARK: Arithmetic beyond the range

    /// Far beyond `limit`, and so far below the end of `Int128` that adding two of them never reaches it.
    private static var end: Int128 { 1_000_000_000_000_000_000_000_000_000_000_000_000 }
    private static var unit: Int128 { 10_000 }

    /// `value × factor ÷ divisor` at `decimals` places, rounded half away from zero.
    private static func divided(
        _ value: Int128,
        _ factor: Int128,
        by divisor: Int128,
        _ decimals: Int
    ) -> Amount {
        let step = Self.step(decimals)
        // Most amounts fit 64 bits, whose arithmetic costs a tenth.
        if let quotient = quotient(value, factor, by: divisor, step) {
            return Amount(tenThousandths: quotient * step)
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        let (whole, alsoOverflow) = divisor.multipliedReportingOverflow(by: step)
        guard !overflow, !alsoOverflow, product.magnitude < UInt128(Int128.max) / 2,
            whole.magnitude < UInt128(Int128.max) / 4
        else {
            return Amount(tenThousandths: (value < 0) == (factor < 0) ? end : -end)
        }
        let half = product < 0 ? -(whole / 2) : whole / 2
        return Amount(tenThousandths: (product + half) / whole * step)
    }

    /// `value × factor ÷ (divisor × step)`, rounded half away from zero; nil where 64 bits do not hold it on the way.
    private static func quotient(
        _ value: Int128,
        _ factor: Int128,
        by divisor: Int128,
        _ step: Int128
    ) -> Int128? {
        guard let value = Int64(exactly: value), let factor = Int64(exactly: factor),
            let divisor = Int64(exactly: divisor)
        else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        let (whole, alsoOverflow) = divisor.multipliedReportingOverflow(by: Int64(step))
        guard !overflow, !alsoOverflow, product.magnitude < UInt64(Int64.max) / 2, whole < Int64.max / 4
        else { return nil }
        let half = product < 0 ? -(whole / 2) : whole / 2
        return Int128((product + half) / whole)
    }

    private static func step(_ decimals: Int) -> Int128 {
        switch decimals {
        case ...0: 10_000
        case 1: 1000
        case 2: 100
        case 3: 10
        default: 1
        }
    }
}

extension Amount: ExpressibleByIntegerLiteral {
    /// A whole number.
    public init(integerLiteral whole: Int) { self.init(whole) }
}

extension Amount: CustomStringConvertible {
    /// Plain decimal text without zeros at its end, for instance `93.6`.
    public var description: String { text(decimals: 0) }

    /// Plain decimal text with at least `decimals` places, 0 to 4, for instance `93.60`.
    public func text(decimals: Int) -> String {
        if decimals <= 0, let value = Int64(exactly: tenThousandths), value % 10_000 == 0 {
            return String(value / 10_000)
        }
        let (whole, fraction) = tenThousandths.magnitude.quotientAndRemainder(dividingBy: 10_000)
        var text = tenThousandths < 0 ? "-" : ""
        text += String(whole)
        var digits: [UInt8] = []
        var (rest, place) = (UInt64(fraction), UInt64(1000))
        while rest > 0 || digits.count < min(decimals, 4) {
            digits.append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
            place = max(place / 10, 1)
        }
        guard !digits.isEmpty else { return text }
        return text + "." + String(decoding: digits, as: UTF8.self)
    }

    /// Reads plain decimal text such as `-93.60`: digits with at most one point, and no more than 4 decimals that are
    /// not zero. Nil for anything else and from `limit` on.
    public init?(_ text: some StringProtocol) {
        guard let number = AmountText(text.utf8), !number.hasExponent, number.isExact,
            number.amount.isWithinLimit
        else { return nil }
        self = number.amount
    }

    /// Reads a number of JSON, rounded half away from zero at 4 decimals: PHP computes in binary and prints what that
    /// leaves, such as `156.08999999999997` (reference Adobe 5.2). Nil for what is no number and from `limit` on.
    public init?(rounding text: some StringProtocol) {
        guard let number = AmountText(text.utf8), number.amount.isWithinLimit else { return nil }
        self = number.amount
    }
}

extension Amount {
    /// The same value for what works with Foundation's decimals: databases and JSON.
    public var decimal: Decimal {
        if let value = Int64(exactly: tenThousandths) {
            return Decimal(sign: .plus, exponent: -4, significand: Decimal(value))
        }
        return Decimal(string: description, locale: Locale(identifier: "en_US_POSIX")) ?? .nan
    }

    /// Nil for what has more than 4 decimals, is no number or is not below `limit`.
    public init?(_ decimal: Decimal) {
        guard decimal.isFinite else { return nil }
        self.init(decimal.description)
    }
}

extension Collection {
    /// The sum of an amount of every element.
    func sum(_ amount: (Element) -> Amount) -> Amount {
        var sum = Amount.zero
        // By their places: an element is not copied to be looked at.
        for place in indices { sum += amount(self[place]) }
        return sum
    }
}
