extension JSON {
    /// Compact JSON text, members in their order, numbers as they were written.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text as UTF-8.
    public var bytes: [UInt8] {
        var writer = JSONWriter(indentation: nil)
        writer.write(self)
        return writer.bytes
    }

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
        var writer = JSONWriter(indentation: 0)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Writes bytes, a run of plain ones at a time: documents are written several times on their way to a queue.
private struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Level of the value that is written; nil for compact text.
    private var indentation: Int?

    init(indentation: Int?) { self.indentation = indentation }

    mutating func write(_ json: JSON) {
        switch json {
        case .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .number(let number): bytes.append(contentsOf: number.text.utf8)
        case .string(let string): write(string)
        case .array(let elements):
            writeList(elements, in: (UInt8(ascii: "["), UInt8(ascii: "]"))) { writer, element in
                writer.write(element)
            }
        case .object(let object):
            writeList(Array(object), in: (UInt8(ascii: "{"), UInt8(ascii: "}"))) { writer, member in
                writer.write(member.name)
                writer.append(writer.indentation == nil ? ":" : ": ")
                writer.write(member.value)
            }
        }
    }

    private mutating func writeList<Element>(
        _ elements: [Element],
        in brackets: (UInt8, UInt8),
        _ writeElement: (inout JSONWriter, Element) -> Void
    ) {
        bytes.append(brackets.0)
        indentation = indentation.map { $0 + 1 }
        for (position, element) in elements.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            beginLine()
            writeElement(&self, element)
        }
        indentation = indentation.map { $0 - 1 }
        if !elements.isEmpty { beginLine() }
        bytes.append(brackets.1)
    }

    private mutating func beginLine() {
        guard let indentation else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
    }

    private mutating func write(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        // Contiguous for every string that is native to Swift.
        if string.utf8.withContiguousStorageIfAvailable({ writeEscaped($0) }) == nil {
            Array(string.utf8).withUnsafeBufferPointer { writeEscaped($0) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = text.startIndex
        for index in text.indices where Self.mustBeEscaped(text[index]) {
            bytes.append(contentsOf: text[start..<index])
            escape(text[index])
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default: append(byte < 16 ? "\\u000" : "\\u00", String(byte, radix: 16))
        }
    }

    private mutating func append(_ texts: StaticString, _ more: String = "") {
        texts.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: more.utf8)
    }
}
