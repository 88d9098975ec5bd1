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
        var last = UInt8(ascii: " ")
        for byte in text.utf8 {
            guard (0x20...0x7E).contains(byte), byte != UInt8(ascii: "&"), byte != 0x20 || last != 0x20 else {
                return false
            }
            last = byte
        }
        return last != 0x20 || text.isEmpty
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
