import Foundation
import Storage

/// Holds a company's writer lease while a batch is written, and prolongs it meanwhile.
struct CompanyLease {
    let context: PostingContext

    /// Waits for the lease, at most `patience`, runs `body` under it and gives it back.
    /// - Returns: nil when others kept it all that time.
    func hold<Value: Sendable>(
        _ target: SageCompany,
        patience: Duration,
        _ body: @Sendable (WriterLease) async throws -> Value
    ) async throws -> Value? {
        let began = ContinuousClock.now
        let taken = try await take(target, patience: patience)
        PostingMetrics.waitedForLease(.now - began, wasTaken: taken != nil)
        guard let lease = taken else { return nil }
        let renewal = Task { await keep(lease) }
        defer { renewal.cancel() }
        do {
            let value = try await body(lease)
            renewal.cancel()
            await release(lease)
            return value
        } catch {
            renewal.cancel()
            if error is LeaseLost { PostingMetrics.lostLease() }
            await release(lease)
            throw error
        }
    }

    /// Gives the lease back even when this task was cancelled; it expires by itself if that cannot be done.
    private func release(_ lease: WriterLease) async {
        _ = await Task { try? await context.database.release(lease) }.value
    }

    private func take(_ target: SageCompany, patience: Duration) async throws -> WriterLease? {
        let deadline = ContinuousClock.now + patience
        while true {
            let lease = try await context.database.takeLease(
                target,
                owner: context.instance,
                for: context.settings.lease
            )
            if let lease { return lease }
            guard ContinuousClock.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(Int.random(in: 40...160)))
        }
    }

    private func keep(_ lease: WriterLease) async {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: context.settings.lease / 3)) != nil else { return }
            // A lease that is lost is found out by the fence at the next write.
            _ = try? await context.database.renew(lease, for: context.settings.lease)
        }
    }
}
