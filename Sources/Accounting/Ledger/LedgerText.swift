import Foundation

/// Text on its way into a Sage 300 field: one line, no control characters, composed, within its length.
enum LedgerText {
    /// Entities decoded; controls, line breaks and runs of blanks made one blank each; invisible characters removed.
    static func clean(_ text: String) -> String {
        guard !isClean(text) else { return text }
        var scalars = String.UnicodeScalarView()
        var hasPendingBlank = false
        for scalar in HTMLEntities.decode(text).precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator:
                hasPendingBlank = !scalars.isEmpty
            case .format, .surrogate, .privateUse, .unassigned:
                continue
            default:
                if hasPendingBlank { scalars.append(" ") }
                hasPendingBlank = false
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// Whether a text is what it would be cleaned to: single blanks between printable ASCII, as nearly all is.
    private static func isClean(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable(isClean) ?? false
    }

    private static func isClean(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let blank = UInt8(ascii: " ")
        var last = blank
        for byte in text {
            guard byte >= blank, byte <= UInt8(ascii: "~"), byte != UInt8(ascii: "&"),
                byte != blank || last != blank
            else { return false }
            last = byte
        }
        return last != blank || text.isEmpty
    }

    /// Three texts with a blank between those that are not empty. Made in one go: every line of every document has one.
    static func joined(_ first: String, _ second: String, _ third: String) -> String {
        // Room for the texts and two blanks.
        let room = first.utf8.count + second.utf8.count + third.utf8.count + 2
        return String(unsafeUninitializedCapacity: room) { bytes in
            var end = append(first, to: bytes, at: 0)
            end = append(second, to: bytes, at: end)
            return append(third, to: bytes, at: end)
        }
    }

    /// Where the text ends that was put behind what is there already.
    private static func append(
        _ text: String,
        to bytes: UnsafeMutableBufferPointer<UInt8>,
        at end: Int
    ) -> Int {
        guard !text.isEmpty else { return end }
        let start = end == 0 ? 0 : end + 1
        if end > 0 { bytes[end] = UInt8(ascii: " ") }
        return bytes[start...].initialize(fromContentsOf: text.utf8)
    }

    /// The beginning of a text that fits `limit` UTF-16 units, what .NET counts; no character is cut in two.
    static func prefix(_ text: String, _ limit: Int) -> String {
        // No text has more UTF-16 units than bytes.
        guard text.utf8.count > limit, text.utf16.count > limit else { return text }
        var length = 0
        let kept = text.prefix { character in
            length += character.utf16.count
            return length <= limit
        }
        return String(kept).trimmingCharacters(in: .whitespaces)
    }
}
