import Accounting
import Foundation
import Testing

/// Amounts against Foundation's decimals, which know nothing of ten-thousandths.
@Suite(.timeLimit(.minutes(3)))
struct AmountTests {
    private func rounded(_ value: Decimal, _ decimals: Int) -> Decimal {
        var (value, result) = (value, Decimal())
        NSDecimalRound(&result, &value, decimals, .plain)
        return result
    }

    @Test(
        "text as it is read",
        arguments: [
            ("0", "0"), ("-0", "0"), ("93.60", "93.6"), ("-14.1", "-14.1"), ("1e2", "100"),
            ("1.5E-3", "0.0015"),
            ("12345e-2", "123.45"), ("156.08999999999997", "156.09"), ("0.00005", "0.0001"),
            ("-0.00005", "-0.0001"), ("0.00004999999999999999999999999999999999999999", "0"),
            ("9999999999999999.9999", "9999999999999999.9999"), ("0e99999", "0"), ("1e-99999", "0"),
            ("0.0000000000000000000000000000000000000000000001", "0"),
        ]
    )
    func rounding(_ text: String, _ expected: String) {
        #expect(Amount(rounding: text)?.description == expected)
    }

    @Test(
        "what is no amount",
        arguments: [
            "", "-", ".", "1.", ".5", "+1", "1,5", "1.2.3", "1e", "1e+", "e5", " 1", "1 ", "0x1", "NaN",
            "--1", "1-",
            "10000000000000000", "-10000000000000000", "9999999999999999.99995", "1e16", "1e99999",
            "123456789012345678901234567890123456789012345678901234567890",
        ]
    )
    func refused(_ text: String) {
        #expect(Amount(rounding: text) == nil)
        #expect(Amount(text) == nil)
    }

    @Test("exactly or not at all", arguments: [("1.23450", "1.2345"), ("1.23451", nil), ("1e2", nil)])
    func exact(_ text: String, _ expected: String?) { #expect(Amount(text)?.description == expected) }

    @Test func arithmeticIsThatOfDecimals() {
        var random = SplitMix64(state: 20_261_128)
        for round in 0..<4000 {
            func draw() -> Amount {
                let digits = Int.random(in: 1...17, using: &random)
                let bound = (0..<digits).reduce(Int64(1)) { bound, _ in bound * 10 }
                return Amount(tenThousandths: Int128(Int64.random(in: -bound...bound, using: &random)))
            }
            let (a, b, c) = (draw(), draw(), draw().magnitude)
            let decimals = Int.random(in: 0...4, using: &random)
            let isRight =
                (a + b).decimal == a.decimal + b.decimal && (a - b).decimal == a.decimal - b.decimal
                && (-a).decimal == -a.decimal && (a < b) == (a.decimal < b.decimal)
                && a.rounded(toDecimals: decimals).decimal == rounded(a.decimal, decimals)
                && Amount(a.decimal) == a && Amount(a.description) == a
            #expect(isRight, "round \(round): \(a) \(b) \(decimals)")
            let product = a.times(c, decimals: decimals)
            if product.isWithinLimit {
                #expect(product.decimal == rounded(a.decimal * c.decimal, decimals), "\(a) × \(c)")
            }
            guard c > 0, a.magnitude <= c else { continue }
            let part = b.part(a, of: c, decimals: decimals)
            // The quotient itself may have no end: what it was rounded from is within half a unit.
            let unit = Decimal(sign: .plus, exponent: -decimals, significand: 1)
            let distance = (part.decimal * c.decimal - b.decimal * a.decimal).magnitude
            #expect(distance * 2 <= unit * c.decimal, "\(b) × \(a) ÷ \(c)")
        }
    }

    @Test func nothingTrapsBeyondTheRange() {
        let most = Amount(tenThousandths: .max)
        let least = Amount(tenThousandths: .min + 1)
        for amount in [most, least, Amount.limit, -Amount.limit] {
            for other in [most, least, Amount.limit, 1, 0, -1] {
                #expect(!(amount + amount).isWithinLimit)
                _ = amount - other
                _ = amount.times(other, decimals: 2)
                _ = amount.part(other, of: other, decimals: 2)
                _ = amount.rounded(toDecimals: 0)
                _ = amount.text(decimals: 2)
            }
        }
        #expect(!most.times(most, decimals: 2).isWithinLimit)
        #expect(Amount(Decimal.nan) == nil)
    }

    @Test(
        "with the decimals of a currency",
        arguments: [("93.6", 2, "93.60"), ("93", 0, "93"), ("-0.5", 3, "-0.500"), ("0.1234", 2, "0.1234")]
    )
    func text(_ amount: String, _ decimals: Int, _ expected: String) {
        #expect(Amount(amount)?.text(decimals: decimals) == expected)
    }
}

/// Calendar days against Foundation's calendar.
@Suite(.timeLimit(.minutes(3)))
struct CalendarDateTests {
    @Test(arguments: ["America/Vancouver", "Pacific/Kiritimati", "Asia/Kolkata", "Europe/London", "GMT"])
    func dayOfAnInstant(_ identifier: String) throws {
        let zone = try #require(TimeZone(identifier: identifier))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        var random = SplitMix64(state: 7)
        for _ in 0..<2000 {
            let seconds = Int.random(in: -2_000_000_000...8_000_000_000, using: &random)
            let instant = Date(timeIntervalSince1970: Double(seconds))
            let parts = calendar.dateComponents([.year, .month, .day], from: instant)
            let expected = CalendarDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
            #expect(CalendarDate(instant, in: zone) == expected, "\(seconds)")
        }
        for year in [1, 1600, 1900, 2000, 2024, 9999] {
            for text in ["02-28", "03-01", "12-31", "01-01"] {
                let padded = String(repeating: "0", count: 4 - String(year).count) + String(year)
                let day = try #require(CalendarDate("\(padded)-\(text)"))
                guard year > 1, year < 9999 else { continue }
                #expect(CalendarDate(day.start(in: zone), in: zone) == day)
            }
        }
    }

    @Test func aFractionBeforeAnEpochIsOfTheDayBefore() {
        #expect(CalendarDate(Date(timeIntervalSince1970: -0.5), in: .gmt) == CalendarDate("1969-12-31"))
        #expect(CalendarDate(.distantPast, in: .gmt).year == 1)
        #expect(CalendarDate(Date(timeIntervalSince1970: 1e300), in: .gmt).year >= 1)
    }
}
