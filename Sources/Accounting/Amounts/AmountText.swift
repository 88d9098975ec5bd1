/// A number as text, read digit by digit: the grammar of JSON, from text to ten-thousandths without any other form.
struct AmountText {
    /// Rounded half away from zero at 4 decimals; beyond `Amount.limit` where there are too many digits.
    let amount: Amount
    /// Whether 4 decimals hold it all.
    let isExact: Bool
    let hasExponent: Bool

    /// Nil for what is no number.
    init?(_ text: some Collection<UInt8>) {
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        var mantissa: Int128 = 0
        var decimals = 0
        var (isFraction, hasDigit, hasFraction, isLong, isExact) = (false, false, false, false, true)
        while let byte = digits.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            digits = digits.dropFirst()
            if byte == UInt8(ascii: ".") {
                guard !isFraction, hasDigit else { return nil }
                isFraction = true
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            hasDigit = true
            hasFraction = hasFraction || isFraction
            if mantissa < Self.fullest {
                mantissa = mantissa * 10 + Int128(byte - UInt8(ascii: "0"))
                if isFraction { decimals += 1 }
            } else {
                // Digits this far behind do not decide; before the point they make it too large.
                isLong = isLong || !isFraction
                if byte != UInt8(ascii: "0") { isExact = false }
            }
        }
        guard hasDigit, !isFraction || hasFraction else { return nil }
        hasExponent = !digits.isEmpty
        var exponent = 0
        if hasExponent {
            guard let given = Self.exponent(digits.dropFirst()) else { return nil }
            exponent = given
        }
        let scaled = Self.scaled(mantissa, by: exponent - decimals + 4)
        amount =
            isLong && mantissa != 0
            ? Self.beyond : Amount(tenThousandths: isNegative ? -scaled.value : scaled.value)
        self.isExact = isExact && scaled.isExact
    }

    /// With 30 digits there is room for the few more that matter.
    private static let fullest = Int128(1_000_000_000_000_000) * 1_000_000_000_000_000
    private static let beyond = Amount(tenThousandths: Amount.limit.tenThousandths * 10)

    private static func exponent(_ text: some Collection<UInt8>) -> Int? {
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var value = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 100_000)
        }
        return isNegative ? -value : value
    }

    /// `mantissa × 10^exponent`, rounded half away from zero.
    private static func scaled(_ mantissa: Int128, by exponent: Int) -> (value: Int128, isExact: Bool) {
        guard mantissa != 0 else { return (0, true) }
        var value = mantissa
        guard exponent < 0 else {
            for _ in 0..<min(exponent, 40) {
                value *= 10
                if value >= Amount.limit.tenThousandths { return (beyond.tenThousandths, true) }
            }
            return (value, true)
        }
        guard exponent >= -40 else { return (0, false) }
        // What is half or more is decided by the first digit that is left out alone.
        var (isExact, last) = (true, Int128(0))
        for _ in 0..<(-exponent) {
            (value, last) = value.quotientAndRemainder(dividingBy: 10)
            if last != 0 { isExact = false }
        }
        return (value + (last >= 5 ? 1 : 0), isExact)
    }
}
