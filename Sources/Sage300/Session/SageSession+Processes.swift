public import Accounting
import ExactJSON
import Synchronization

extension SageSession {
    /// Posts one batch. Success says only that posting ran: the batch tells what came of it.
    public func postInvoiceBatch(_ batch: Int64, in company: CompanyID) async throws(SageError) {
        try await run(.postInvoices, batch: .int(Int(batch)), in: company)
    }

    /// Posts one general ledger batch. Success says only that posting ran: the batch tells what came of it.
    public func postJournalBatch(_ batch: Int64, in company: CompanyID) async throws(SageError) {
        // Its key is a text of six digits (reference Sage 3, Keys).
        let digits = String(max(batch, 0))
        let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        try await run(.postJournal, batch: .string(number), in: company)
    }

    /// Runs a process for one batch, by the names that this server is known to take, else by those documented.
    private func run(_ process: SageProcess, batch: JSON, in company: CompanyID) async throws(SageError) {
        let learnt = habits.withLock { $0.processes[process.path] }
        guard let names = learnt ?? process.documented else {
            try await run(process, by: try await names(of: process, in: company), batch: batch, in: company)
            return
        }
        do throws(SageError) {
            try await run(company, process.path, SageProcess.body(names, batch: batch))
        } catch {
            // Nothing was done: the payload was not even understood.
            guard learnt == nil, error.cause == .refused(code: "InvalidPayload") else { throw error }
            let told: SageProcess.Names
            do throws(SageError) { told = try await self.names(of: process, in: company) } catch let failure {
                throw failure.isOfTheServer ? failure : error
            }
            guard told != names else { throw error }
            try await run(process, by: told, batch: batch, in: company)
        }
    }

    /// Runs a process by names that are remembered once they were understood.
    private func run(_ process: SageProcess, by names: SageProcess.Names, batch: JSON, in company: CompanyID)
        async throws(SageError)
    {
        try await run(company, process.path, SageProcess.body(names, batch: batch))
        habits.withLock { $0.processes[process.path] = names }
    }

    /// What `$template` says the properties are called.
    /// - Throws: never `.noAnswer`: asking changes nothing.
    private func names(of process: SageProcess, in company: CompanyID) async throws(SageError)
        -> SageProcess.Names
    {
        let template: JSON
        do throws(SageError) {
            template = try await create(company, process.path + "('$template')", [:])
        } catch {
            throw error.ofQuestion
        }
        guard let names = SageProcess.Names(template: template) else {
            throw SageError(
                .refused(code: "InvalidPayload"),
                status: 200,
                operation: "POST \(process.path)",
                company: company,
                message: "its template does not tell how a range of batches is given"
            )
        }
        return names
    }
}

extension SageError {
    /// The same of a call that changes nothing: what was not answered was not done either.
    var ofQuestion: SageError {
        guard cause == .noAnswer else { return self }
        return SageError(
            .unreachable,
            status: status,
            operation: operation,
            company: company,
            message: message
        )
    }

    /// Whether the next call would come to the same, whatever it asks.
    fileprivate var isOfTheServer: Bool {
        switch cause {
        case .unreachable, .noAnswer, .busy, .locked, .unreadable, .credentials: true
        case .forbidden, .unavailable, .notFound, .refused: false
        }
    }
}
