/// Keeps LISTEN in force for one sequence of notifications, over reconnections, until its task is cancelled or
/// the client closes.
struct Listener: Sendable {
    let pool: ConnectionPool
    let channel: String
    let continuation: AsyncStream<PostgresNotification>.Continuation

    func run() async {
        var failures = 0
        while !Task.isCancelled, await !pool.isClosing {
            do throws(PostgresError) {
                try await listenOnce { failures = 0 }
            } catch {
                guard error.kind != .closed, error.kind != .cancelled else { break }
                failures += 1
                let delay = pool.configuration.retryDelay(after: failures)
                pool.onEvent(.retrying(after: delay, reason: "LISTEN: \(error.message)"))
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: delay)
            }
        }
        continuation.finish()
    }

    private func listenOnce(_ established: () -> Void) async throws(PostgresError) {
        let session = try await pool.openSide()
        let command = Statement(command: "listen \(quotedIdentifier(channel))")
        let result = await session.run(.pipeline([command]))
        if case .success = result {
            established()
            deliver(PostgresNotification(channel: channel, payload: "", isGap: true))
            await session.watch(deliver)
        }
        await pool.closeSide(session)
        _ = try result.get()
    }

    /// When the reader is too slow the oldest notifications are lost; a gap says so.
    private func deliver(_ notification: PostgresNotification) {
        if case .dropped = continuation.yield(notification) {
            continuation.yield(PostgresNotification(channel: channel, payload: "", isGap: true))
        }
    }
}
