/// An amount or quantity as Adobe stores it: a whole number of ten-thousandths (`decimal(20,4)`).
public struct Amount: Sendable, Hashable, Comparable, AdditiveArithmetic, CustomStringConvertible {
    /// The value times 10,000.
    public let tenThousandths: Int64

    /// Nothing.
    public static let zero = Amount(tenThousandths: 0)

    /// A value in ten-thousandths.
    public init(tenThousandths: Int64) { self.tenThousandths = tenThousandths }

    /// A whole number.
    public init(_ whole: Int) { tenThousandths = Int64(whole) * 10_000 }

    /// Hundredths, for instance cents.
    public init(cents: Int) { tenThousandths = Int64(cents) * 100 }

    /// Sum.
    public static func + (left: Amount, right: Amount) -> Amount {
        Amount(tenThousandths: left.tenThousandths + right.tenThousandths)
    }

    /// Difference.
    public static func - (left: Amount, right: Amount) -> Amount {
        Amount(tenThousandths: left.tenThousandths - right.tenThousandths)
    }

    /// The opposite.
    public static prefix func - (value: Amount) -> Amount { Amount(tenThousandths: -value.tenThousandths) }

    /// Order of the values.
    public static func < (left: Amount, right: Amount) -> Bool { left.tenThousandths < right.tenThousandths }

    /// The distance from zero.
    public var magnitude: Amount { tenThousandths < 0 ? -self : self }

    /// Plain decimal text without trailing zeros, as PHP prints it: `10`, `93.6`, `-0.05`.
    public var description: String {
        let (whole, fraction) = tenThousandths.magnitude.quotientAndRemainder(dividingBy: 10_000)
        var text = tenThousandths < 0 ? "-" : ""
        text += String(whole)
        guard fraction > 0 else { return text }
        text += "."
        // From the first place behind the point to the last that is not zero.
        var (rest, place) = (fraction, UInt64(1000))
        while rest > 0 {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "0") + UInt8(rest / place)))
            rest %= place
            place /= 10
        }
        return text
    }

    /// `self × numerator ÷ denominator`, rounded half away from zero to `decimals` places (0…4), as PHP's
    /// `round` does. The denominator must be positive.
    func scaled(by numerator: Int64, over denominator: Int64, decimals: Int) -> Amount {
        let step = Amount.step(decimals)
        let product = Int128(tenThousandths) * Int128(numerator)
        let divisor = Int128(denominator) * Int128(step)
        let half = product < 0 ? -divisor : divisor
        let rounded = (2 * product + half) / (2 * divisor)
        return Amount(tenThousandths: Int64(clamping: rounded) * step)
    }

    /// This unit price times a quantity, rounded.
    func times(_ quantity: Amount, decimals: Int) -> Amount {
        scaled(by: quantity.tenThousandths, over: 10_000, decimals: decimals)
    }

    /// What falls to the part from `start` to `end` of `whole`: the parts of a whole always sum to it,
    /// because each is the difference of two rounded running shares.
    func share(from start: Amount, to end: Amount, of whole: Amount, decimals: Int) -> Amount {
        guard whole.tenThousandths > 0 else { return .zero }
        let before = scaled(by: start.tenThousandths, over: whole.tenThousandths, decimals: decimals)
        let after = scaled(by: end.tenThousandths, over: whole.tenThousandths, decimals: decimals)
        return after - before
    }

    private static func step(_ decimals: Int) -> Int64 {
        switch decimals {
        case ...0: 10_000
        case 1: 1000
        case 2: 100
        case 3: 10
        default: 1
        }
    }
}

/// A part of a whole in millionths, for probabilities and tax rates.
public struct Share: Sendable, Hashable {
    /// 1,000,000 is everything.
    public var partsPerMillion: Int

    /// Never.
    public static let none = Share(partsPerMillion: 0)
    /// Always.
    public static let all = Share(partsPerMillion: 1_000_000)

    /// Millionths.
    public init(partsPerMillion: Int) { self.partsPerMillion = partsPerMillion }

    /// Percent.
    public static func percent(_ percent: Int) -> Share { Share(partsPerMillion: percent * 10_000) }

    /// Tenths of a percent.
    public static func permille(_ permille: Int) -> Share { Share(partsPerMillion: permille * 1000) }
}
