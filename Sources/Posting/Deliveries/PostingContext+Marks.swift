import AMQPClient
import Foundation
import Glibc
import Logging
import Messaging
import Storage

extension PostingContext {
    /// A handling usually takes milliseconds.
    private static let unusual = Duration.seconds(1)

    /// Has a redelivered message read and mapped alone, under a mark that is committed before and cleared right after: a
    /// process that dies in between is held against it.
    /// - Returns: nil where enough is held against it by now: it has been set aside, unread.
    func underMark<Value: Sendable>(
        _ delivery: AMQPDelivery,
        from queue: WorkQueue,
        _ body: (HandlingStage) async throws -> Value
    ) async throws -> Value? {
        await window.enter()
        do {
            let value = try await markedAlone(delivery, from: queue, body)
            await window.leave()
            return value
        } catch {
            await window.leave()
            throw error
        }
    }

    private func markedAlone<Value: Sendable>(
        _ delivery: AMQPDelivery,
        from queue: WorkQueue,
        _ body: (HandlingStage) async throws -> Value
    ) async throws -> Value? {
        let id = delivery.mark
        let suspicion = try await suspicion(of: id)
        guard !suspicion.isEnough else {
            try await Quarantine(context: self, queue: queue).setAside(delivery, suspicion)
            try await database.clearMarks(of: id)
            return nil
        }
        let stage = HandlingStage()
        let handling = Handling(
            service: service,
            instance: instance,
            host: ProcessInfo.processInfo.hostName,
            process: Int(getpid()),
            stage: stage.current
        )
        try await database.mark(id, suspicion.open + [handling])
        let lasting = Task {
            guard (try? await Task.sleep(for: Self.unusual)) != nil else { return }
            // Without it the handling counts as a usual one.
            try? await database.markLasts(id, handling, stage: stage.current)
        }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(stage)) } catch { outcome = .failure(error) }
        lasting.cancel()
        await clear(id, handling)
        return try outcome.get()
    }

    private func suspicion(of id: String) async throws -> Suspicion {
        let handlings = try await database.openHandlings(of: id)
        guard !handlings.isEmpty else { return Suspicion([], own: instance) }
        let instances = Array(Set(handlings.map(\.instance)))
        return Suspicion(
            handlings,
            reports: try await database.crashReports(of: instances),
            living: try await database.living(among: instances),
            own: instance
        )
    }

    /// Whatever came of it, the process lives. A mark that cannot be cleared now is cleared as soon as the database answers:
    /// a death after that is not the message's doing.
    private func clear(_ id: String, _ handling: Handling) async {
        do { try await database.clearMark(id, handling) } catch {
            logger.debug("the mark of \(id) cannot be cleared now: \(error)")
            Task {
                for _ in 0..<300 {
                    try? await Task.sleep(for: .seconds(1))
                    if (try? await database.clearMark(id, handling)) != nil { return }
                }
            }
        }
    }
}
