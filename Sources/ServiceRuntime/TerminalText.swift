/// What came from outside, as it may be shown on a terminal.
public enum TerminalText {
    /// Control characters but line ends are written as `\u{1B}` is in Swift: nothing moves the cursor, sets a colour or turns
    /// text round. Line ends stay.
    public static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isUnsafe($0) && $0 != "\n" }) else { return text }
        var visible = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar), scalar != "\n" {
                visible += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }

    /// The same on one line.
    public static func line(_ text: String) -> String {
        visible(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// C0, DEL and C1 controls; marks of writing direction (Unicode 16, Bidi_Control).
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
