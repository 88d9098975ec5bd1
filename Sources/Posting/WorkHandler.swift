import Storage

/// What a worker program does with the assignments of one company.
protocol WorkHandler: Sendable {
    /// How many deliveries make a batch, and how long it waits for more.
    func batching(_ company: ServedCompany) -> (maximum: Int, wait: Duration)

    /// Sees assignments through as far as can be told now: on return every document's state is recorded.
    /// - Throws: `SageError` when Sage 300 did not answer, `LeaseLost`, or an error of the database or broker; what
    ///   was not recorded then is still `waiting` or belongs to a claim that will be resolved.
    func handle(_ assignments: [Assignment], of company: ServedCompany) async throws
}
