/// Runs `body` for at most `limit`, then cancels it.
/// - Returns: nil when it took longer, or failed.
func answer<Value: Sendable>(
    within limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async -> Value? {
    let (answers, told) = AsyncStream<Value?>.makeStream(bufferingPolicy: .bufferingOldest(1))
    // Not a task group: that would wait for a body which does not heed its cancellation.
    let work = Task { told.yield(try? await body()) }
    let timer = Task {
        if (try? await Task.sleep(for: limit)) != nil { told.yield(nil) }
    }
    defer {
        work.cancel()
        timer.cancel()
    }
    for await answer in answers { return answer }
    return nil
}
