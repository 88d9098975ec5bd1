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
    public var smallestUnit: Amount {
        switch minorDigits {
        case 0: Amount(tenThousandths: 10_000)
        case 3: Amount(tenThousandths: 10)
        default: Amount(tenThousandths: 100)
        }
    }
}
