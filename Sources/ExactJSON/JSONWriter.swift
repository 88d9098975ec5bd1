extension JSON {
    /// Compact JSON text, members in their order, numbers as they were written.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// The text as UTF-8.
    public var bytes: [UInt8] { Array(text.utf8) }

    /// The same value with the members of every object sorted by name: one text for one meaning, for hashing.
    public var canonical: JSON {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let elements): .array(elements.map(\.canonical))
        case .object(let object):
            .object(JSONObject(object.map { ($0.name, $0.value.canonical) }.sorted { $0.0 < $1.0 }))
        }
    }

    /// Indented by two spaces a level, for people.
    public var prettyText: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text
    }

    private func write(to text: inout String, indentation: Int? = nil) {
        switch self {
        case .null: text += "null"
        case .bool(let bool): text += bool ? "true" : "false"
        case .number(let number): text += number.text
        case .string(let string): Self.write(string, to: &text)
        case .array(let elements):
            Self.writeList(elements, brackets: ("[", "]"), to: &text, indentation) { element, text, level in
                element.write(to: &text, indentation: level)
            }
        case .object(let object):
            Self.writeList(Array(object), brackets: ("{", "}"), to: &text, indentation) {
                member,
                text,
                level in
                Self.write(member.name, to: &text)
                text += level == nil ? ":" : ": "
                member.value.write(to: &text, indentation: level)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element],
        brackets: (String, String),
        to text: inout String,
        _ indentation: Int?,
        _ writeElement: (Element, inout String, Int?) -> Void
    ) {
        let level = indentation.map { $0 + 1 }
        text += brackets.0
        for (position, element) in elements.enumerated() {
            if position > 0 { text += "," }
            if let level { text += "\n" + String(repeating: "  ", count: level) }
            writeElement(element, &text, level)
        }
        if let indentation, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indentation) }
        text += brackets.1
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
