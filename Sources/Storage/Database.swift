import Accounting
public import PostgresClient

/// What the connector remembers, in PostgreSQL. Each concern has a file of its own that extends this type.
///
/// Every method throws `PostgresError` when the database cannot be reached or refuses; a method that changes
/// several rows does so in one transaction.
public struct Database: Sendable {
    /// The pool underneath, for notifications and locks.
    public let client: PostgresClient

    /// A database over a pool that is or will be connected.
    public init(client: PostgresClient) { self.client = client }
}

/// A row that does not hold what the schema promises: another version's data, or somebody's hand.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    /// What was found where.
    public let description: String

    init(_ description: String) { self.description = description }
}
