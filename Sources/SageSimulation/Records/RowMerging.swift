import ExactJSON

/// What a row of a PATCH asks for (Sage developer reference §9).
enum UpdateOperation: String {
    /// Updates the row with the same key, else inserts.
    case unspecified = "Unspecified"
    case update = "Update"
    case insert = "Insert"
    case delete = "Delete"
}

/// Applies the rows of a payload to the rows a record has.
struct RowMerging {
    let field: Field
    let schema: EntitySchema
    let key: String
    let reader: PayloadReader
    /// On creation every row is new, whatever it says.
    let isCreating: Bool

    typealias Insert = (JSONObject, inout Record, [Record]) throws(ServiceError) -> Record
    typealias Update = (JSONObject, inout Record, inout Record) throws(ServiceError) -> Void

    init?(_ field: Field, reader: PayloadReader, isCreating: Bool) {
        guard case .rows(let schema, let key) = field.kind else { return nil }
        self.field = field
        self.schema = schema
        self.key = key
        self.reader = reader
        self.isCreating = isCreating
    }

    /// Rows deleted are gone, others keep their order, new ones come last.
    func apply(
        _ elements: [JSON],
        to parent: inout Record,
        insert: Insert,
        update: Update
    ) throws(ServiceError) {
        var rows = parent.rows(field.name)
        for element in elements {
            guard let object = element.object else { throw PayloadReader.wrongType(field, parent.schema) }
            let operation = try operation(of: object)
            let match = isCreating ? nil : try index(of: object, among: rows)
            switch (operation, match) {
            case (.delete, let index?): rows.remove(at: index)
            case (.update, let index?), (.unspecified, let index?): try update(object, &rows[index], &parent)
            case (.insert, _), (.unspecified, nil): rows.append(try insert(object, &parent, rows))
            case (.delete, nil), (.update, nil): throw .notFound
            }
        }
        parent.set(field.name, rows)
    }

    private func operation(of object: JSONObject) throws(ServiceError) -> UpdateOperation {
        guard let member = object["UpdateOperation"], !member.isNull else { return .unspecified }
        guard let operation = member.string.flatMap(UpdateOperation.init) else {
            throw ServiceError(.invalidPayload, "UpdateOperation is not one of the allowed values.")
        }
        return isCreating ? .insert : operation
    }

    /// The row whose key the object repeats; parts of the key that are left out are taken from the parent.
    private func index(of object: JSONObject, among rows: [Record]) throws(ServiceError) -> Int? {
        guard object[key] != nil else { return nil }
        var wanted: [(Int, FieldValue)] = []
        for name in schema.key {
            guard let json = object[name], let field = schema.field(name) else { continue }
            wanted.append((schema.knownPosition(of: name), try reader.value(json, for: field, in: schema)))
        }
        return rows.firstIndex { row in wanted.allSatisfy { row[$0.0] == $0.1 } }
    }
}

extension PayloadReader {
    /// Rows without rules of their own, for instance optional fields.
    func assignPlainRows(
        _ elements: [JSON],
        _ field: Field,
        to parent: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        guard let merging = RowMerging(field, reader: self, isCreating: isCreating) else { return }
        let key = merging.key
        try merging.apply(elements, to: &parent) { object, _, rows throws(ServiceError) in
            var row = Record(merging.schema)
            try assignPlain(object, to: &row, isCreating: true)
            guard !rows.contains(where: { $0[key] == row[key] }) else {
                throw ServiceError(.recordDuplicate, "\(key) \"\(row.text(key))\" already exists.")
            }
            return row
        } update: { object, row, _ throws(ServiceError) in
            try assignPlain(object, to: &row, isCreating: false)
        }
    }

    /// A record without rules of its own.
    func assignPlain(_ object: JSONObject, to record: inout Record, isCreating: Bool) throws(ServiceError) {
        try assign(object, to: &record) { field, elements, parent throws(ServiceError) in
            try assignPlainRows(elements, field, to: &parent, isCreating: isCreating)
        } didSet: { _, _ throws(ServiceError) in
        }
    }
}
