import EventLoop

extension Session {
    /// Watches a connection that nobody else uses: hands over notifications, probes it when it is silent, and
    /// returns when the connection has ended or the task is cancelled.
    func watch(_ deliver: @Sendable (PostgresNotification) -> Void) async {
        while ending == nil, !Task.isCancelled {
            while let notification = handle.nextNotification() { deliver(notification) }
            let wakeUp = ContinuousClock.now + configuration.probeInterval
            let outcome = await loop.parking.wait(for: .readable, on: handle.descriptor, until: wakeUp)
            switch outcome {
            case .ready: if ending == nil { _ = isAlive() }
            case .timedOut: await probe()
            case .cancelled: return
            }
        }
    }

    private func probe() async {
        let deadline = ContinuousClock.now + configuration.answerGrace
        let timer = Task {
            // A cancelled sleep means that the answer has come.
            guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
            self.end(PostgresError(.connectionLost, "the server did not answer a probe"))
        }
        _ = await run(.pipeline([Statement(command: "select 1")]))
        timer.cancel()
    }
}
