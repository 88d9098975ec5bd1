import ExactJSON
import Foundation

/// Turns what a client sends into field values, member by member in the order it was written: JSON order is
/// the order of view field puts (Sage developer reference §2.3).
struct PayloadReader: Sendable {
    /// Over-length text is cut instead of refused; which of the two Sage does is unconfirmed.
    var truncatesText = false
    /// Characters outside Latin-1 become `?`, as in a database with CHAR columns.
    var losesUnicode = false

    typealias RowAssignment = (Field, [JSON], inout Record) throws(ServiceError) -> Void
    typealias FieldAssignment = (String, inout Record) throws(ServiceError) -> Void

    /// Assigns every member of `object`; `didSet` runs after each field, `rows` for each collection.
    func assign(
        _ object: JSONObject,
        to record: inout Record,
        rows: RowAssignment,
        didSet: FieldAssignment
    ) throws(ServiceError) {
        for (name, json) in object where !Self.isAnnotation(name) {
            guard let position = record.schema.position(of: name) else {
                throw Self.unknownProperty(name, record.schema)
            }
            let field = record.schema.fields[position]
            if case .rows = field.kind {
                guard let elements = json.array else { throw Self.wrongType(field, record.schema) }
                try rows(field, elements, &record)
                continue
            }
            let value = try value(json, for: field, in: record.schema)
            guard !field.isComputed else { continue }
            record[position] = value
            try didSet(field.name, &record)
        }
    }

    /// The value of one property.
    func value(_ json: JSON, for field: Field, in schema: EntitySchema) throws(ServiceError) -> FieldValue {
        switch (field.kind, json) {
        case (.text(let size, let isCode), .string(let text)):
            return .text(try fitted(text, size: size, isCode: isCode, field))
        case (.text, .null): return .text("")
        case (.day, .null): return .noDay
        case (.day, .string(let text)):
            if text.isEmpty { return .noDay }
            guard let instant = WireInstant(parsing: text) else { throw Self.wrongType(field, schema) }
            return .day(instant.day)
        case (.truth, .bool(let truth)): return .truth(truth)
        case (.decimal(let places), .number(let number)):
            return .number(try amount(number, places: places, field, schema))
        case (.integer, .number(let number)):
            guard let integer = number.int else { throw Self.wrongType(field, schema) }
            return .number(Decimal(integer))
        case (.choice(let choices), _):
            guard let name = Self.choice(json, among: choices) else { throw Self.wrongType(field, schema) }
            return .text(name)
        default: throw Self.wrongType(field, schema)
        }
    }

    static func isAnnotation(_ name: String) -> Bool {
        name.hasPrefix("@") || name.contains("@odata") || Field.modelOnly.contains(name)
    }

    static func unknownProperty(_ name: String, _ schema: EntitySchema) -> ServiceError {
        ServiceError(
            .invalidPayload,
            "The property '\(name)' does not exist on type '\(schema.typeName)'. Make sure to only use "
                + "property names that are defined by the type."
        )
    }

    static func wrongType(_ field: Field, _ schema: EntitySchema) -> ServiceError {
        ServiceError(
            .invalidPayload,
            "Cannot convert the value given for property '\(field.name)' of type '\(schema.typeName)'."
        )
    }

    /// A list value by its name, or tolerantly by its number (Sage's own samples post `"4"` and `81`).
    static func choice(_ json: JSON, among choices: [FieldKind.Choice]) -> String? {
        if let text = json.string, let choice = choices.first(where: { $0.name == text }) {
            return choice.name
        }
        guard json.bool == nil, let number = json.int else { return nil }
        return choices.first { $0.number == number }?.name
    }

    private func fitted(
        _ text: String,
        size: Int,
        isCode: Bool,
        _ field: Field
    ) throws(ServiceError) -> String {
        var fitted = text.trimmingTrailingBlanks
        if losesUnicode {
            fitted = String(
                String.UnicodeScalarView(fitted.unicodeScalars.map { $0.value > 0xFF ? "?" : $0 })
            )
        }
        if isCode { fitted = fitted.uppercased() }
        guard fitted.unicodeScalars.count > size else { return fitted }
        guard truncatesText else {
            throw ServiceError(
                .fieldInvalid,
                "\(field.name) is invalid. The value is longer than \(size) characters."
            )
        }
        return String(String.UnicodeScalarView(fitted.unicodeScalars.prefix(size)))
    }

    /// Rounded half up to the field's decimals; 16 digits before the point are what DECIMAL(19,3) holds.
    private func amount(
        _ number: JSONNumber,
        places: Int,
        _ field: Field,
        _ schema: EntitySchema
    ) throws(ServiceError) -> Decimal {
        guard let decimal = number.decimal else { throw Self.wrongType(field, schema) }
        let rounded = decimal.roundedHalfUp(places)
        guard abs(rounded) < 10_000_000_000_000_000 else {
            throw ServiceError(.fieldInvalid, "\(field.name) is invalid. The value is too large.")
        }
        return rounded
    }
}

extension Decimal {
    /// Half away from zero, as Sage rounds.
    func roundedHalfUp(_ places: Int) -> Decimal {
        var source = self
        var result = Decimal()
        NSDecimalRound(&result, &source, places, .plain)
        return result
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        guard utf8.last == 0x20 else { return self }
        return String(reversed().drop { $0 == " " }.reversed())
    }
}
