/// Where a document in Sage 300 names the store's.
public enum NumberEvidence: Sendable, Hashable {
    /// Its order number is the order's.
    case orderNumber
    /// Its purchase order number is the order's.
    case purchaseOrder
    /// Its own number is the one it would have been given, or the order's.
    case document
    /// Its order or purchase order number is the order's without the zeros before it.
    case withoutZeros
    /// Its own number ends with the store's, behind another prefix.
    case otherPrefix
    /// Its description holds the order's or the document's number.
    case description

    /// Whether nobody else's document can be meant.
    var isStrong: Bool {
        switch self {
        case .orderNumber, .purchaseOrder, .document: true
        case .withoutZeros, .otherPrefix, .description: false
        }
    }

    /// Adobe counts orders, invoices and credit memos each for itself: an order number names an order, whatever credit
    /// memo has the same number.
    init?(_ expected: ExpectedDocument, in standing: StandingDocument) {
        let order = expected.orderNumber.map(Self.plain) ?? ""
        let own = Self.plain(expected.number)
        let orderNumber = Self.plain(standing.orderNumber)
        let purchaseOrder = Self.plain(standing.purchaseOrder)
        let document = Self.plain(standing.document)
        if !order.isEmpty, orderNumber == order {
            self = .orderNumber
        } else if !order.isEmpty, purchaseOrder == order {
            self = .purchaseOrder
        } else if document == Self.plain(expected.document) || own == order && document == own {
            self = .document
        } else if Self.isSameWithoutZeros(order, orderNumber)
            || Self.isSameWithoutZeros(order, purchaseOrder)
        {
            self = .withoutZeros
        } else if own.utf8.count >= Self.shortest, document.hasSuffix(own),
            !(document.dropLast(own.count).last?.isNumber ?? false)
        {
            self = .otherPrefix
        } else if Self.words(of: standing.description).contains(where: { $0 == order || $0 == own }) {
            self = .description
        } else {
            return nil
        }
    }

    /// A shorter number may be part of anything.
    private static let shortest = 5

    /// As numbers are compared: letters and digits in upper case. Somebody who types adds blanks, `#` and dashes.
    static func plain(_ text: String) -> String {
        String(decoding: text.utf8.compactMap(letterOrDigit), as: UTF8.self)
    }

    /// What numbers a document may be found by.
    static func keys(of standing: StandingDocument) -> Set<String> {
        let fields = [standing.orderNumber, standing.purchaseOrder, standing.document].map(plain)
        let digits = fields.map { $0.drop { !$0.isNumber } }.map(String.init)
        let words = words(of: standing.description)
        return Set((fields + digits + (fields + digits).map(withoutZeros) + words).filter { !$0.isEmpty })
    }

    static func keys(of expected: ExpectedDocument) -> Set<String> {
        let numbers = [expected.orderNumber ?? "", expected.number, expected.document].map(plain)
        return Set((numbers + numbers.map(withoutZeros)).filter { !$0.isEmpty })
    }

    private static func words(of text: String) -> [String] {
        text.utf8.split { letterOrDigit($0) == nil && $0 != UInt8(ascii: "-") }
            .map { String(decoding: $0.compactMap(letterOrDigit), as: UTF8.self) }
            .filter { $0.utf8.count >= shortest }
    }

    private static func isSameWithoutZeros(_ left: String, _ right: String) -> Bool {
        let short = withoutZeros(right)
        return !short.isEmpty && short == withoutZeros(left)
    }

    private static func withoutZeros(_ text: String) -> String { String(text.drop { $0 == "0" }) }

    /// In upper case; nil for everything else.
    private static func letterOrDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): byte
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
        default: nil
        }
    }
}
