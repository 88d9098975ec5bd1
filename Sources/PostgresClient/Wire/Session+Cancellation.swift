import EventLoop

extension Session {
    /// Asks the server to cancel the statement, if it still runs. The connection is given up when the answer
    /// takes longer than the grace.
    func cancel(_ number: UInt64) {
        guard running?.number == number, running?.cancelDeadline == nil else { return }
        guard case .ready = phase, let canceller = handle.makeCanceller() else { return }
        running?.cancelDeadline = .now + configuration.answerGrace
        // Wakes the exchange, so that it heeds the new deadline.
        loop.parking.abandon(handle.descriptor)
        Task { await self.keepCancelling(number, canceller) }
    }

    /// Cuts the connection off. The server would finish a running statement all the same, so it is asked to
    /// cancel it; nobody waits for that.
    func cutOff(_ error: PostgresError) {
        if running != nil, case .ready = phase, let canceller = handle.makeCanceller() {
            Task { await canceller.send() }
        }
        end(error)
    }

    /// Ends the turn of a statement that may have been cancelled: a request still under way would hit the next
    /// one. Once `PQcancel` has returned, the server has signalled its process, which ignores the signal
    /// between statements.
    func settleCancellation(
        _ result: Result<[PostgresResult], PostgresError>
    ) async -> Result<[PostgresResult], PostgresError> {
        guard let deadline = running?.cancelDeadline else { return result }
        running?.isAnswered = true
        if isCancelUnderWay, let ticket = cancelDelivered.join() {
            let outcome = await cancelDelivered.wait(ticket, until: deadline)
            if case .timedOut = outcome { _ = lost("the request to cancel a statement got no answer") }
        }
        guard case .failure(let error) = result else { return result }
        let isCancelled = error.sqlState == "57014" || error.kind == .connectionLost
        return isCancelled ? .failure(Self.cancelled) : result
    }

    /// Repeats the request, for one that arrives before its statement does nothing.
    private func keepCancelling(_ number: UInt64, _ canceller: StatementCanceller) async {
        while let running, running.number == number, !running.isAnswered, ending == nil {
            isCancelUnderWay = true
            await canceller.send()
            isCancelUnderWay = false
            _ = cancelDelivered.serve(())
            // Nobody cancels this task, so the sleep cannot fail.
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}
