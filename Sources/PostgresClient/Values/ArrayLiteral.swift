/// PostgreSQL's array text form (manual, 8.15.2 and 8.15.6), one dimension.
enum ArrayLiteral {
    /// `"…"` with quotes and backslashes escaped; NULL bare.
    static func quoted(_ element: String?) -> String {
        guard let element else { return "NULL" }
        var text = "\""
        for character in element.unicodeScalars {
            if character == "\"" || character == "\\" { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(character)
        }
        text.unicodeScalars.append("\"")
        return text
    }

    /// The elements' texts, `nil` among them for NULL; `nil` when the text is not a one-dimensional array.
    static func elements(of literal: String) -> [String?]? {
        var reader = Reader(rest: literal.unicodeScalars[...])
        return reader.array()
    }

    private struct Reader {
        var rest: Substring.UnicodeScalarView

        mutating func array() -> [String?]? {
            guard rest.popFirst() == "{" else { return nil }
            if rest.first == "}" { return rest.count == 1 ? [] : nil }
            var elements: [String?] = []
            while true {
                guard let element = element() else { return nil }
                elements.append(element)
                switch rest.popFirst() {
                case ",": continue
                case "}": return rest.isEmpty ? elements : nil
                default: return nil
                }
            }
        }

        /// The outer optional is "malformed", the inner NULL.
        private mutating func element() -> String?? {
            if rest.first == "\"" { return quotedElement().map { .some($0) } }
            let bare = rest.prefix { $0 != "," && $0 != "}" && $0 != "{" && $0 != "\"" && $0 != "\\" }
            guard !bare.isEmpty else { return nil }
            rest = rest[bare.endIndex...]
            let text = String(bare)
            return text == "NULL" ? .some(nil) : .some(text)
        }

        private mutating func quotedElement() -> String? {
            rest.removeFirst()
            var text = String.UnicodeScalarView()
            while let character = rest.popFirst() {
                switch character {
                case "\"": return String(text)
                case "\\":
                    guard let escaped = rest.popFirst() else { return nil }
                    text.append(escaped)
                default: text.append(character)
                }
            }
            return nil
        }
    }
}
