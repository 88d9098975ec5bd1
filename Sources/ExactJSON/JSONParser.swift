extension JSON {
    /// What a parser accepts before it gives up on hostile input.
    public struct Limits: Sendable {
        /// Arrays and objects within each other.
        public var depth: Int
        /// Bytes of the whole text.
        public var bytes: Int

        /// 64 levels and 64 MiB unless told otherwise.
        public init(depth: Int = 64, bytes: Int = 64 << 20) {
            self.depth = depth
            self.bytes = bytes
        }
    }

    /// Parses exactly one JSON text (RFC 8259), nothing before or behind it but white space.
    /// - Throws: `JSONError` with the offset; never traps, whatever the bytes.
    public init(parsing bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError(reason: .tooLarge(limit: limits.bytes), offset: 0)
        }
        var parser = JSONParser(bytes: Array(bytes), depthLimit: limits.depth)
        self = try parser.parseDocument()
    }

    /// Parses text.
    public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

/// A recursive-descent parser over bytes, bounded in depth.
private struct JSONParser {
    let bytes: [UInt8]
    let depthLimit: Int
    var position = 0
    var depth = 0

    init(bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // IIS puts a byte-order mark at times
    }

    mutating func parseDocument() throws(JSONError) -> JSON {
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw fail(.trailingBytes) }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSON {
        skipSpace()
        guard position < bytes.count else { throw fail(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
        case let byte: throw fail(.unexpectedByte(byte))
        }
    }

    private mutating func parseObject() throws(JSONError) -> JSON {
        try enter()
        var object = JSONObject()
        if try !closes(with: UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                try expect(UInt8(ascii: "\""), consume: false)
                let name = try parseString()
                skipSpace()
                try expect(UInt8(ascii: ":"))
                object[name] = try parseValue()
            } while try continues(orClosesWith: UInt8(ascii: "}"))
        }
        depth -= 1
        return .object(object)
    }

    private mutating func parseArray() throws(JSONError) -> JSON {
        try enter()
        var array: [JSON] = []
        if try !closes(with: UInt8(ascii: "]")) {
            repeat { array.append(try parseValue()) } while try continues(orClosesWith: UInt8(ascii: "]"))
        }
        depth -= 1
        return .array(array)
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length else { throw fail(.unexpectedEnd) }
        let matches = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + length]) }
        guard matches else { throw fail(.unexpectedByte(bytes[position])) }
        position += length
        return value
    }

    private mutating func parseNumber() throws(JSONError) -> JSONNumber {
        let start = position
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits()
        }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        return JSONNumber(validated: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw fail(.invalidNumber) }
    }

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            position += 1
        }
        guard peek() == UInt8(ascii: "\\") else {
            let text = try text(bytes[start..<position])
            try expect(UInt8(ascii: "\""))
            return text
        }
        return try parseEscapedString(beginning: Array(bytes[start..<position]))
    }

    private mutating func parseEscapedString(beginning: [UInt8]) throws(JSONError) -> String {
        var content = beginning
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try text(content[...])
            case UInt8(ascii: "\\"):
                position += 1
                content.append(contentsOf: String(try parseEscape()).utf8)
            case 0..<0x20:
                throw fail(.unexpectedByte(byte))
            default:
                content.append(byte)
                position += 1
            }
        }
        throw fail(.unexpectedEnd)
    }

    private mutating func parseEscape() throws(JSONError) -> Character {
        guard let byte = peek() else { throw fail(.unexpectedEnd) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return Character(try parseUnicodeEscape())
        default: throw fail(.invalidEscape)
        }
    }

    /// A lone surrogate becomes U+FFFD: the store's text is damaged, its amounts are not.
    private mutating func parseUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try parseHexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard first < 0xDC00, bytes[position...].starts(with: Array("\\u".utf8)) else { return replacement }
        let mark = position
        position += 2
        let second = try parseHexadecimal()
        guard (0xDC00..<0xE000).contains(second) else {
            position = mark
            return replacement
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? replacement
    }

    private mutating func parseHexadecimal() throws(JSONError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw fail(.unexpectedEnd) }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fail(.invalidEscape)
            }
            value = value << 4 + UInt32(digit)
        }
        position += 4
        return value
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw fail(.invalidUTF8) }
        return text
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else { throw fail(.tooDeep(limit: depthLimit)) }
        position += 1
    }

    private mutating func closes(with end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard let byte = peek() else { throw fail(.unexpectedEnd) }
        guard byte == end else { return false }
        position += 1
        return true
    }

    private mutating func continues(orClosesWith end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard let byte = peek() else { throw fail(.unexpectedEnd) }
        guard byte == end || byte == UInt8(ascii: ",") else { throw fail(.unexpectedByte(byte)) }
        position += 1
        return byte != end
    }

    private mutating func expect(_ byte: UInt8, consume: Bool = true) throws(JSONError) {
        guard let found = peek() else { throw fail(.unexpectedEnd) }
        guard found == byte else { throw fail(.unexpectedByte(found)) }
        if consume { position += 1 }
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func fail(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }
}
