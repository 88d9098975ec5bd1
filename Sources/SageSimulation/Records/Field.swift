import Foundation

/// One property of an entity: a field of the Sage 300 view behind it.
struct Field: Sendable {
    let name: String
    let kind: FieldKind
    /// Computed by the business layer: what a client sends is checked for its type and then ignored.
    var isComputed = false
    /// At its default it is left out of answers unless selected; it exists all the same.
    var isQuiet = false
}

/// What a property holds.
enum FieldKind: Sendable {
    /// `size` characters at most; codes and keys are stored in upper case.
    case text(size: Int, isCode: Bool)
    /// An `Edm.Decimal` with this many decimals.
    case decimal(places: Int)
    case integer
    case choice([Choice])
    case day
    case truth
    case rows(EntitySchema, key: String)

    /// One value of a list: its name on the wire and the number the view stores.
    struct Choice: Sendable {
        let number: Int
        let name: String
    }

    /// What a record without a value has.
    var defaultValue: FieldValue {
        switch self {
        case .text: .text("")
        case .decimal, .integer: .number(0)
        case .choice(let choices): .text(choices.first?.name ?? "")
        case .day: .noDay
        case .truth: .truth(false)
        case .rows: .rows([])
        }
    }
}

/// Short ways to write lists of fields.
extension Field {
    static func texts(_ size: Int, _ names: String...) -> [Field] {
        names.map { Field(name: $0, kind: .text(size: size, isCode: false)) }
    }

    static func codes(_ size: Int, _ names: String...) -> [Field] {
        names.map { Field(name: $0, kind: .text(size: size, isCode: true)) }
    }

    static func amounts(_ names: String...) -> [Field] { decimals(3, names) }

    static func decimals(_ places: Int, _ names: [String]) -> [Field] {
        names.map { Field(name: $0, kind: .decimal(places: places)) }
    }

    static func counters(_ names: String...) -> [Field] { decimals(0, names) }

    static func integers(_ names: String...) -> [Field] { names.map { Field(name: $0, kind: .integer) } }

    static func days(_ names: String...) -> [Field] { names.map { Field(name: $0, kind: .day) } }

    static func truths(_ names: String...) -> [Field] { names.map { Field(name: $0, kind: .truth) } }

    static func switches(_ names: String...) -> [Field] {
        let choices = [FieldKind.Choice(number: 0, name: "No"), FieldKind.Choice(number: 1, name: "Yes")]
        return names.map { Field(name: $0, kind: .choice(choices)) }
    }

    /// The first choice is the default. Numbers count from `base`.
    static func choice(_ name: String, from base: Int = 0, _ names: String...) -> [Field] {
        let choices = names.enumerated().map { FieldKind.Choice(number: base + $0.offset, name: $0.element) }
        return [Field(name: name, kind: .choice(choices))]
    }

    static func choice(_ name: String, numbered choices: KeyValuePairs<Int, String>) -> [Field] {
        [Field(name: name, kind: .choice(choices.map { .init(number: $0.key, name: $0.value) }))]
    }

    static func rows(_ name: String, of schema: EntitySchema, key: String) -> [Field] {
        [Field(name: name, kind: .rows(schema, key: key))]
    }

    /// `TaxAmount1` to `TaxAmount5`.
    static func five(_ stem: String, _ make: (String...) -> [Field]) -> [Field] {
        (1...5).flatMap { make("\(stem)\($0)") }
    }

    static func fiveCodes(_ size: Int, _ stem: String) -> [Field] {
        (1...5).flatMap { codes(size, "\(stem)\($0)") }
    }
}

extension [Field] {
    /// The same fields, computed by the business layer.
    var computed: [Field] {
        map {
            var field = $0
            field.isComputed = true
            return field
        }
    }

    /// The same fields, left out of answers at their default.
    var quiet: [Field] {
        map {
            var field = $0
            field.isQuiet = true
            return field
        }
    }
}
