import ExactJSON

/// A record as the state file keeps it: what differs from the default, by property name. The kind of a value is
/// seen from its JSON type: text, number, truth, `{"day": days since 1970}`, list of rows.
extension Record {
    var saved: JSON {
        var object = JSONObject()
        for (position, field) in schema.fields.enumerated() where holdsValue(at: position) {
            object[field.name] = self[position].saved
        }
        return .object(object)
    }

    /// - Throws: for properties the entity does not have (any more), and values of another kind.
    init(saved: JSON, _ schema: EntitySchema, path: String) throws(ScenarioError) {
        self.init(schema)
        guard let object = saved.object else { throw ScenarioError("\(path) is not a record") }
        for (name, value) in object {
            guard let field = schema.field(name) else {
                throw ScenarioError("\(path) has an unknown property \(name)")
            }
            self[name] = try FieldValue(saved: value, field.kind, path: "\(path).\(name)")
        }
    }
}

extension FieldValue {
    fileprivate var saved: JSON {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .decimal(number)
        case .day(let day): ["day": .int(day.daysSince1970)]
        case .noDay: .null
        case .truth(let truth): .bool(truth)
        case .rows(let rows): .array(rows.map(\.saved))
        }
    }

    fileprivate init(saved: JSON, _ kind: FieldKind, path: String) throws(ScenarioError) {
        switch (saved, kind) {
        case (.string(let text), _): self = .text(text)
        case (.bool(let truth), _): self = .truth(truth)
        case (.null, _): self = .noDay
        case (.number(let number), _):
            guard let value = number.decimal else { throw ScenarioError("\(path) is not a number") }
            self = .number(value)
        case (.object, _):
            guard let days = saved["day"]?.int else { throw ScenarioError("\(path) is not a day") }
            self = .day(CalendarDay(daysSince1970: days))
        case (.array(let rows), .rows(let schema, _)):
            var records: [Record] = []
            for (index, row) in rows.enumerated() {
                records.append(try Record(saved: row, schema, path: "\(path)[\(index)]"))
            }
            self = .rows(records)
        case (.array, _): throw ScenarioError("\(path) cannot hold rows")
        }
    }
}
