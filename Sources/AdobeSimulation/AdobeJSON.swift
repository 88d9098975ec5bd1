import ExactJSON

/// JSON as PHP's `json_encode` prints it: `/` escaped, everything beyond ASCII as `\uXXXX`.
enum AdobeJSON {
    static func bytes(_ json: JSON) -> [UInt8] {
        var bytes: [UInt8] = []
        write(json, to: &bytes)
        return bytes
    }

    static func write(_ json: JSON, to bytes: inout [UInt8]) {
        switch json {
        case .null: bytes += "null".utf8
        case .bool(let bool): bytes += (bool ? "true" : "false").utf8
        case .number(let number): bytes += number.text.utf8
        case .string(let string): write(string, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for (name, value) in object {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                write(name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                write(value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every text is plain, and a page holds a hundred thousand of them.
        let isCopied = string.utf8.withContiguousStorageIfAvailable { text in
            guard text.allSatisfy({ byte in isPlain(byte) }) else { return false }
            bytes.append(contentsOf: text)
            return true
        }
        if isCopied != true {
            for unit in string.utf16 { escape(unit, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x2F && byte != 0x5C
    }

    private static func escape(_ unit: UInt16, to bytes: inout [UInt8]) {
        switch unit {
        case 0x22, 0x2F, 0x5C: bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: unit)]
        case 0x08: bytes += "\\b".utf8
        case 0x09: bytes += "\\t".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0C: bytes += "\\f".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x20..<0x7F: bytes.append(UInt8(truncatingIfNeeded: unit))
        default:
            let digits = String(unit, radix: 16)
            bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
        }
    }
}
