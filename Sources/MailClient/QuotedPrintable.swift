/// Text as ASCII lines of at most 76 characters (RFC 2045 §6.7).
enum QuotedPrintable {
    private static let lineLength = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Every line of the text ends with CRLF.
    static func encode(_ text: String) -> [UInt8] {
        lines(of: text).reduce(into: []) { $0 += encode($1) }
    }

    /// CR, LF and CRLF end a line alike.
    private static func lines(of text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var isAfterReturn = false
        for byte in text.utf8 {
            if byte == 0x0D || byte == 0x0A {
                if byte == 0x0D || !isAfterReturn { lines.append([]) }
            } else {
                lines[lines.count - 1].append(byte)
            }
            isAfterReturn = byte == 0x0D
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func encode(_ line: [UInt8]) -> [UInt8] {
        var encoded: [UInt8] = []
        var length = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let piece = isPlain(byte, isLast: isLast) ? [byte] : escaped(byte)
            // One place is kept for the mark of a soft break.
            if length + piece.count > lineLength - 1 {
                encoded += Array("=\r\n".utf8)
                length = 0
            }
            encoded += piece
            length += piece.count
        }
        return encoded + [0x0D, 0x0A]
    }

    /// A blank at the end of a line would be taken away on the way.
    private static func isPlain(_ byte: UInt8, isLast: Bool) -> Bool {
        if byte == 0x20 || byte == 0x09 { return !isLast }
        return (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
