import Foundation

/// Header lines of any text: encoded where it is not ASCII (RFC 2047), folded, and never more than one header.
enum MailHeader {
    /// Bytes of text in one encoded word: with its frame, and a name of up to ten letters before it, within 76.
    private static let wordBytes = 36
    private static let lineLength = 76

    static func line(_ name: String, _ value: String) -> String {
        let text = String(
            String.UnicodeScalarView(
                value.unicodeScalars.map { isControl($0) ? " " : $0 }
            )
        )
        return isPlain(text)
            ? folded(name, text) : "\(name): \(encodedWords(text).joined(separator: "\r\n "))"
    }

    /// A line break in a value would begin a header of the value's own choice.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
            || scalar == "\u{2029}"
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && text.split(separator: " ").allSatisfy { $0.utf8.count < 60 }
    }

    /// Broken before blanks only: taking the line breaks out again gives the text back.
    private static func folded(_ name: String, _ text: String) -> String {
        var lines: [String] = []
        var line = "\(name):"
        for word in text.split(separator: " ") {
            if line.utf8.count + 1 + word.utf8.count > lineLength {
                lines.append(line)
                line = ""
            }
            line += " \(word)"
        }
        return (lines + [line]).joined(separator: "\r\n")
    }

    private static func encodedWords(_ text: String) -> [String] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        // A letter is never split between two words.
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > wordBytes {
                words.append(word)
                word = []
            }
            word += bytes
        }
        words.append(word)
        return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }
    }
}
