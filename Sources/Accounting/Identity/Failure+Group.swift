extension Failure {
    /// Failures of one cause share it: class, code and subject, and where another system said why in prose, a print of
    /// its words without whatever is one document's own. Short, printable, without blanks; the same in every release.
    public var group: String {
        var parts = [failureClass.rawValue, Self.plain(code), Self.plain(subject)].filter { !$0.isEmpty }
        let cause = CauseText.withoutNumbers(words)
        if !cause.isEmpty { parts.append(CauseText.print(of: cause)) }
        return parts.joined(separator: ":")
    }

    /// Text that can stand in a command line unquoted; what had to be changed keeps its own identity by a print.
    private static func plain(_ text: String) -> String {
        let isPlain = text.utf8.count <= 48 && text.utf8.allSatisfy(CauseText.isPlain)
        guard !isPlain else { return text }
        let kept = text.utf8.prefix(32).map { CauseText.isPlain($0) ? $0 : UInt8(ascii: "-") }
        return String(decoding: kept, as: UTF8.self) + "~" + CauseText.print(of: text)
    }
}

/// What two messages of one cause have in common.
enum CauseText {
    /// The words of a message, lower case, with `#` for what may be one document's own: numbers, ids, dates with the names
    /// of months and days, document numbers, addresses of mail. Neighbouring ones are one.
    static func withoutNumbers(_ message: String) -> String {
        var words: [String] = []
        for part in message.lowercased().split(whereSeparator: isSeparator) {
            // A full stop ends a sentence, and stands within numbers, names of hosts and codes.
            let word = part.drop { $0 == "." }.reversed().drop { $0 == "." }.reversed()
            guard !word.isEmpty else { continue }
            let isOwn = word.contains { $0.isNumber || $0 == "@" } || calendar.contains(String(word))
            if isOwn, words.last == "#" { continue }
            words.append(isOwn ? "#" : String(word))
        }
        return words.joined(separator: " ")
    }

    /// Eight hexadecimal digits of FNV-1a: no secret, only a name.
    static func print(of text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Letters, digits and what neither a shell nor the group's own colons mind.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Blanks and the punctuation around words; what stands within a number or a date does not part it.
    private static func isSeparator(_ character: Character) -> Bool {
        if character.isWhitespace { return true }
        return "\"'`“”‘’«»()[]{}<>;:,!?=#*|".contains(character)
    }

    private static let calendar: Set<String> = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
        "dec", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue",
        "wed",
        "thu", "fri", "sat", "sun", "am", "pm",
    ]
}
