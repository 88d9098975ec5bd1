/// Asks for each thing once, however many ask for it, and tells all of them what came of it.
actor Once<Value: Sendable> {
    private var answers: [String: Task<Value, any Error>] = [:]

    /// What came of asking by that name.
    func value(_ name: String, _ ask: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let answer = answers[name] ?? Task { try await ask() }
        answers[name] = answer
        return try await withTaskCancellationHandler {
            try await answer.value
        } onCancel: {
            answer.cancel()
        }
    }
}
