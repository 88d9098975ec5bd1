import EventLoop

extension Session {
    /// Does the work of one turn, the statement's cancellation included.
    func perform(_ work: Work, _ number: UInt64) async -> Result<[PostgresResult], PostgresError> {
        let result: Result<[PostgresResult], PostgresError>
        do throws(PostgresError) {
            switch work {
            case .nothing: result = .success([])
            case .pipeline(let statements): result = .success(try await pipeline(statements))
            case .commit: result = .success(try await commit())
            case .script(let script): result = .success(try await self.script(script))
            }
        } catch {
            result = .failure(error)
        }
        return await settleCancellation(result)
    }

    private func pipeline(_ statements: [Statement]) async throws(PostgresError) -> [PostgresResult] {
        let wasIdle = handle.isIdle
        let progress = try await attempt(statements)
        // The first plan was void (DDL, DISCARD) before anything ran: prepare anew, once.
        guard wasIdle, handle.isIdle, progress.stalePlan == 0 else { return try progress.results() }
        return try await attempt(statements).results()
    }

    /// Sends the statements and reads all there is to read. The failure of one of them is in the progress.
    private func attempt(_ statements: [Statement]) async throws(PostgresError) -> PipelineProgress {
        var progress = PipelineProgress(statements, &cache, mayDeallocate: handle.isIdle)
        for step in progress.steps {
            guard send(step, statements) else { throw lost(handle.message) }
        }
        try await exchange(until: deadline(for: statements.count)) { result throws(PostgresError) in
            try progress.take(result, cache: &cache)
        }
        if let index = progress.stalePlan { cache.forget(statements[index].sql) }
        return progress
    }

    private func send(_ step: PipelineProgress.Step, _ statements: [Statement]) -> Bool {
        switch step {
        case .deallocate(let name): handle.send("deallocate \(name)", [])
        case .prepare(let sql, let name): handle.prepare(sql, as: name)
        case .run(let index, nil): handle.send(statements[index].sql, statements[index].parameters)
        case .run(let index, let name?): handle.send(prepared: name, statements[index].parameters)
        case .sync: handle.sync()
        }
    }

    private func commit() async throws(PostgresError) -> [PostgresResult] {
        do throws(PostgresError) {
            return try await attempt([Statement(command: "commit")]).results()
        } catch {
            if case .server = error.kind { throw error }
            throw PostgresError(
                .commitUnknown,
                "no answer to COMMIT: \(error.message)",
                sqlState: error.sqlState
            )
        }
    }

    private func script(_ script: String) async throws(PostgresError) -> [PostgresResult] {
        guard !script.utf8.contains(0) else { throw PostgresError(.encoding, "the script holds a NUL byte") }
        guard handle.exitPipeline(), handle.send(script: script) else { throw lost(handle.message) }
        var failure: PostgresError?
        // No deadline: the statement timeout holds for each of its statements.
        try await exchange(until: nil) { result throws(PostgresError) in
            if let result, result.status == .failed { failure = failure ?? result.error }
            return result == nil
        }
        guard handle.enterPipeline() else { throw lost(handle.message) }
        if let failure { throw failure }
        return []
    }

    /// Flushes and reads until `take` has had all it expects. `take` gets each result, and `nil` where a
    /// statement's results end.
    private func exchange(
        until deadline: ContinuousClock.Instant?,
        _ take: (ResultSet?) throws(PostgresError) -> Bool
    ) async throws(PostgresError) {
        while true {
            let flushing = handle.flush()
            if flushing == .failed { throw lost(handle.message) }
            while !handle.isBusy {
                let result = handle.nextResult()
                try checkSurvival(result)
                do throws(PostgresError) {
                    if try take(result) { return }
                } catch {
                    end(error)
                    throw error
                }
            }
            try await wait(flushing == .pending ? .readableOrWritable : .readable, until: deadline)
        }
    }

    private func wait(
        _ interest: SocketParking.Interest,
        until deadline: ContinuousClock.Instant?
    ) async throws(PostgresError) {
        let limit = [deadline, running?.cancelDeadline].compactMap { $0 }.min()
        // OpenSSL may hold decrypted bytes that the socket will never announce, with servers from version 17 on.
        let tick = handle.usesTLS ? ContinuousClock.now + .milliseconds(250) : nil
        let wakeUp = [limit, tick].compactMap { $0 }.min()
        let outcome = await loop.parking.wait(for: interest, on: handle.descriptor, until: wakeUp)
        if let ending { throw ending }
        if outcome == .timedOut, let limit, limit <= .now { throw lost("the server did not answer in time") }
        if outcome == .cancelled { throw lost("the statement's task was cancelled from inside") }
        if !handle.consumeInput() { throw partingError() }
    }

    /// Results that mean the end of the connection, or that this client does not speak.
    private func checkSurvival(_ result: ResultSet?) throws(PostgresError) {
        if let result, result.status == .copying {
            end(PostgresError(.connectionLost, "closed because of a COPY statement"))
            throw PostgresError(.server(sqlState: "0A000"), "this client does not support COPY")
        }
        if let result, result.status == .failed, result.endsConnection || handle.isBad { throw lost(result) }
        if handle.isBad { throw lost(handle.message) }
    }

    /// After the socket failed: the server's last words if it sent any.
    private func partingError() -> PostgresError {
        let message = handle.message
        for _ in 0..<3 where !handle.isBusy {
            if let result = handle.nextResult(), result.status == .failed { return lost(result) }
        }
        return lost(message)
    }

    private func lost(_ result: ResultSet) -> PostgresError {
        let error = PostgresError(.connectionLost, result.error.message, sqlState: result.sqlState)
        end(error)
        return error
    }

    func lost(_ message: String) -> PostgresError {
        let line = message.split(separator: "\n").first.map(String.init) ?? "the connection failed"
        let error = PostgresError(.connectionLost, line)
        end(error)
        return error
    }

    /// The server's own timeout comes first; this one is for a server or network that has gone silent.
    private func deadline(for statements: Int) -> ContinuousClock.Instant? {
        configuration.statementTimeout.map { .now + $0 * (statements + 1) + configuration.answerGrace }
    }
}
