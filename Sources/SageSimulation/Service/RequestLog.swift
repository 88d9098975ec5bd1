import ExactJSON
import Foundation
import Synchronization

/// Counts of what was asked and answered, and the last 1000 requests.
final class RequestLog: Sendable {
    struct Entry: Sendable {
        let at: Date
        let method: String
        let path: String
        let operation: String
        let company: String
        /// Nil when the connection ended without an answer.
        let status: Int?
        let milliseconds: Int
        let fault: String?
    }

    private struct State {
        var counts: [String: [String: Int]] = [:]
        var entries: [Entry] = []
        var oldest = 0
    }

    private let state = Mutex(State())
    static let limit = 1000

    func add(_ entry: Entry) {
        state.withLock { state in
            state.counts[entry.operation, default: [:]][
                entry.status.map(String.init) ?? "none",
                default: 0
            ] += 1
            if state.entries.count < Self.limit {
                state.entries.append(entry)
            } else {
                state.entries[state.oldest] = entry
                state.oldest = (state.oldest + 1) % Self.limit
            }
        }
    }

    /// `{"POST AR/ARInvoiceBatches": {"201": 3, "none": 1}}`
    var counts: JSON {
        state.withLock { state in
            .object(
                JSONObject(
                    state.counts.sorted { $0.key < $1.key }.map { operation, statuses in
                        let counts = statuses.sorted { $0.key < $1.key }.map { ($0.key, JSON.int($0.value)) }
                        return (operation, JSON.object(JSONObject(counts)))
                    }
                )
            )
        }
    }

    /// Oldest first.
    var entries: JSON {
        let entries = state.withLock { Array($0.entries[$0.oldest...] + $0.entries[..<$0.oldest]) }
        return .array(entries.map(\.json))
    }
}

extension RequestLog.Entry {
    fileprivate var json: JSON {
        [
            "at": .string(at.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            "method": .string(method), "path": .string(path), "company": .string(company),
            "status": status.map(JSON.int) ?? .null, "milliseconds": .int(milliseconds),
            "fault": fault.map(JSON.string) ?? .null,
        ]
    }
}
