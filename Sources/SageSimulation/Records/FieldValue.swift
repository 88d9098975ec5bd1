import Foundation

/// What a property of a record holds.
enum FieldValue: Sendable, Equatable {
    case text(String)
    case number(Decimal)
    case day(CalendarDay)
    case noDay
    case truth(Bool)
    case rows([Record])
}

/// A row of a view: only what differs from the default is stored, so 100,000 invoices stay small.
struct Record: Sendable, Equatable {
    private struct Slot: Sendable, Equatable {
        let position: UInt16
        var value: FieldValue
    }

    let schema: EntitySchema
    private var slots: [Slot] = []

    init(_ schema: EntitySchema) { self.schema = schema }

    static func == (left: Record, right: Record) -> Bool {
        left.schema === right.schema && left.slots == right.slots
    }

    /// Reads or writes by position in the schema.
    subscript(position: Int) -> FieldValue {
        get {
            guard let slot = slots.first(where: { Int($0.position) == position }) else {
                return schema.fields[position].kind.defaultValue
            }
            return slot.value
        }
        set {
            let isDefault = newValue == schema.fields[position].kind.defaultValue
            let index = slots.firstIndex { Int($0.position) >= position } ?? slots.count
            let exists = index < slots.count && Int(slots[index].position) == position
            switch (exists, isDefault) {
            case (true, true): slots.remove(at: index)
            case (true, false): slots[index].value = newValue
            case (false, false):
                slots.insert(Slot(position: UInt16(position), value: newValue), at: index)
            case (false, true): break
            }
        }
    }

    /// True when something else than the default is stored there.
    func holdsValue(at position: Int) -> Bool { slots.contains { Int($0.position) == position } }

    subscript(name: String) -> FieldValue {
        get { self[schema.knownPosition(of: name)] }
        set { self[schema.knownPosition(of: name)] = newValue }
    }

    func text(_ name: String) -> String {
        guard case .text(let text) = self[name] else { return "" }
        return text
    }

    func number(_ name: String) -> Decimal {
        guard case .number(let number) = self[name] else { return 0 }
        return number
    }

    func integer(_ name: String) -> Int { Int(truncating: number(name) as NSDecimalNumber) }

    func day(_ name: String) -> CalendarDay? {
        guard case .day(let day) = self[name] else { return nil }
        return day
    }

    func truth(_ name: String) -> Bool { self[name] == .truth(true) }

    func rows(_ name: String) -> [Record] {
        guard case .rows(let rows) = self[name] else { return [] }
        return rows
    }

    mutating func set(_ name: String, _ text: String) { self[name] = .text(text) }
    mutating func set(_ name: String, _ number: Decimal) { self[name] = .number(number) }
    mutating func set(_ name: String, _ number: Int) { self[name] = .number(Decimal(number)) }
    mutating func set(_ name: String, _ day: CalendarDay?) { self[name] = day.map(FieldValue.day) ?? .noDay }
    mutating func set(_ name: String, _ truth: Bool) { self[name] = .truth(truth) }
    mutating func set(_ name: String, _ rows: [Record]) { self[name] = .rows(rows) }
}
