import Foundation

/// The part of a path in parentheses: `('1200')`, `(66)`, `(BatchRecordType='CA',BatchNumber=65)`, `($process)`.
struct EntityKey: Sendable {
    private struct Segment {
        let name: String?
        let value: String
        let isQuoted: Bool
    }

    private let segments: [Segment]

    /// `$template` or `$process`, quoted or not.
    var action: String? {
        guard segments.count == 1, segments[0].name == nil, segments[0].value.hasPrefix("$") else {
            return nil
        }
        return segments[0].value
    }

    /// - Throws: `InvalidEntityKey` for text that is no list of values.
    init(parsing text: String) throws(ServiceError) {
        var segments: [Segment] = []
        for part in Self.split(text) {
            guard let segment = Self.segment(part) else { throw Self.malformed }
            segments.append(segment)
        }
        guard !segments.isEmpty else { throw Self.malformed }
        self.segments = segments
    }

    /// The storage key: values in metadata order whatever the order they were named in.
    func storageKey(for schema: EntitySchema) throws(ServiceError) -> String {
        guard segments.count == schema.key.count else { throw Self.malformed }
        var values: [String?] = Array(repeating: nil, count: schema.key.count)
        for (place, segment) in segments.enumerated() {
            var index = place
            if let name = segment.name {
                guard let named = schema.key.firstIndex(of: schema.aliases[name] ?? name) else {
                    throw Self.malformed
                }
                index = named
            } else if segments.count > 1, segments.contains(where: { $0.name != nil }) {
                throw Self.malformed
            }
            guard values[index] == nil, let field = schema.field(schema.key[index]),
                let value = Self.storageText(segment.value, isQuoted: segment.isQuoted, field.kind)
            else { throw Self.malformed }
            values[index] = value
        }
        return values.compactMap { $0 }.joined(separator: Self.separator)
    }

    /// The storage key of a record.
    static func storageKey(of record: Record) -> String {
        record.schema.key.map { name in
            switch record[name] {
            case .number(let number): number.description.paddedWithZeros(12)
            case .text(let text): text
            case .day, .noDay, .truth, .rows: ""
            }
        }.joined(separator: separator)
    }

    static func storageKey(_ values: String...) -> String { values.joined(separator: separator) }

    static func storageKey(_ number: Int) -> String { number.padded(12) }

    private static let separator = "\u{1}"

    private static var malformed: ServiceError {
        ServiceError(.invalidEntityKey, "The entity key is not valid.")
    }

    private static func storageText(_ value: String, isQuoted: Bool, _ kind: FieldKind) -> String? {
        switch kind {
        case .text(_, let isCode): return isCode ? value.uppercased() : value
        case .choice(let choices): return choices.first { $0.name == value }?.name
        case .decimal, .integer:
            guard !isQuoted, let number = Int(value), number >= 0 else { return nil }
            return number.padded(12)
        case .day, .truth, .rows: return nil
        }
    }

    /// Commas inside quotes do not separate.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text {
            if character == "'" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map(\.trimmed)
    }

    private static func segment(_ part: String) -> Segment? {
        var name: String?
        var value = Substring(part)
        if !part.hasPrefix("'"), let mark = part.firstIndex(of: "=") {
            name = part[..<mark].trimmed
            value = Substring(part[part.index(after: mark)...].trimmed)
        }
        guard value.hasPrefix("'") else {
            guard !value.isEmpty, !value.contains(" "), !value.contains("'") else { return nil }
            return Segment(name: name, value: String(value), isQuoted: false)
        }
        guard value.count >= 2, value.hasSuffix("'") else { return nil }
        let content = value.dropFirst().dropLast().split(separator: "''", omittingEmptySubsequences: false)
            .joined(separator: "'")
        return Segment(name: name, value: content, isQuoted: true)
    }
}

extension String {
    func paddedWithZeros(_ width: Int) -> String {
        String(repeating: "0", count: Swift.max(0, width - utf8.count)) + self
    }
}
