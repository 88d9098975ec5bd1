import Storage

/// What a worker program does with the assignments of one company.
protocol WorkHandler: Sendable {
    /// An assignment that has been read and mapped.
    associatedtype Prepared: Sendable

    /// How many deliveries make a batch, and how long it waits for more.
    func batching(_ company: ServedCompany) -> (maximum: Int, wait: Duration)

    /// Reads and maps one document, and changes nothing anywhere: what a document does to its worker, it does here.
    /// - Throws: an error of the database; what is wrong with the document is part of the result.
    func prepare(_ assignment: Assignment, of company: ServedCompany) async throws -> Prepared

    /// Sees prepared assignments through as far as can be told now: on return every document's state is recorded.
    /// - Throws: `SageError` when Sage 300 did not answer, `LeaseLost`, or an error of the database or broker; what
    ///   was not recorded then is still `waiting` or belongs to a claim that will be resolved.
    /// - Returns: whether anything was written to Sage 300, or settled there.
    func carryOut(_ prepared: [Prepared], of company: ServedCompany) async throws -> Bool
}
