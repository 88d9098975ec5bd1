/// The rows a statement returned, and how many it changed.
public struct PostgresResult: Sendable, RandomAccessCollection {
    let resultSet: ResultSet

    /// The position of the first row, 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { resultSet.rowCount }
    /// The row at a position.
    public subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return PostgresRow(resultSet: resultSet, row: position)
    }

    /// How many rows INSERT, UPDATE, DELETE or MERGE changed, or SELECT returned; 0 for other statements.
    public var affectedRows: Int { resultSet.affectedRows }
    /// The columns' names in their order.
    public var columns: [String] { resultSet.columns }
}

/// One row. Values are read, and checked, when they are asked for.
public struct PostgresRow: Sendable {
    let resultSet: ResultSet
    let row: Int

    /// Reads a column by name. Ask for an `Optional` where it may be NULL. Of two columns with one name the first
    /// is read.
    /// - Throws: `.decoding` when there is no such column, for NULL in a type without it, or when the text is not
    ///   exactly one of the type. The message names column and type, not the value.
    public func get<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let index = resultSet.index(ofColumn: column) else {
            throw PostgresError(.decoding, "there is no column \(column)")
        }
        return try get(index)
    }

    /// Reads a column by position, from 0.
    /// - Throws: as `get(_:as:)` by name.
    public func get<Value: PostgresDecodable>(
        _ column: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard resultSet.columns.indices.contains(column) else {
            throw PostgresError(.decoding, "there is no column \(column) of \(resultSet.columns.count)")
        }
        guard !resultSet.isNull(row: row, column: column) else {
            if let value = Value.postgresNull { return value }
            throw PostgresError(.decoding, "column \(resultSet.columns[column]) is NULL, not \(Value.self)")
        }
        guard let text = resultSet.text(row: row, column: column), let value = Value(postgresText: text)
        else {
            throw PostgresError(.decoding, "column \(resultSet.columns[column]) holds no \(Value.self)")
        }
        return value
    }
}
