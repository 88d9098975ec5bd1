/// Header fields in the order they were added or received; names compare without regard to ASCII case.
public struct HTTPHeaders: Sendable, Hashable {
    /// One field as written: the name keeps its case, the value has no surrounding white space.
    public struct Field: Sendable, Hashable {
        /// As written.
        public let name: String
        /// May be empty.
        public let value: String
    }

    /// Every field, in order; a name may occur several times.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// Pairs of name and value, in order.
    public init(_ fields: [(String, String)]) {
        for (name, value) in fields { append(name, value) }
    }

    /// The first value of `name`. Setting replaces all of its values by one, or removes them for `nil`.
    public subscript(name: String) -> String? {
        get { fields.first { $0.name.isSameHeaderName(as: name) }?.value }
        set {
            fields.removeAll { $0.name.isSameHeaderName(as: name) }
            if let newValue { append(name, newValue) }
        }
    }

    /// All values of `name`, in order.
    public func all(_ name: String) -> [String] {
        fields.filter { $0.name.isSameHeaderName(as: name) }.map(\.value)
    }

    /// Adds a field after the others. What may not go on the wire is refused by `HTTPClient.send`.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// In order; a name may occur several times.
    public init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }
}

extension HTTPHeaders: Sequence {
    /// The fields in order.
    public func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }
}

extension HTTPHeaders.Field {
    /// Whether the field can be written without changing the meaning of the message: the name is a token
    /// and the value has no line break or other control character (RFC 9110 §5.1, §5.5).
    var isWellFormed: Bool {
        !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
            && value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension String {
    /// Equal but for the case of ASCII letters.
    func isSameHeaderName(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
