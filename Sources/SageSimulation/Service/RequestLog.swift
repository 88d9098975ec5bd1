import ExactJSON
import Foundation
import Synchronization

/// Counts of what was asked and answered, and the last requests.
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
        let matter: Matter
    }

    /// What a request was about, for those who look whether something was sent twice.
    struct Matter: Sendable {
        /// `$filter` of a read.
        var filter: String?
        /// Description of a batch that is entered.
        var description: String?
        /// Document numbers of its entries.
        var documents: [String] = []
    }

    private struct State {
        var counts: [String: [String: Int]] = [:]
        var entries: [Entry] = []
        var oldest = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how many requests are kept.
    init(limit: Int) { self.limit = max(1, limit) }

    func add(_ entry: Entry) {
        state.withLock { state in
            state.counts[entry.operation, default: [:]][
                entry.status.map(String.init) ?? "none",
                default: 0
            ] += 1
            if state.entries.count < limit {
                state.entries.append(entry)
            } else {
                state.entries[state.oldest] = entry
                state.oldest = (state.oldest + 1) % limit
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
            "fault": fault.map(JSON.string) ?? .null, "began": .int(began),
            "filter": matter.filter.map(JSON.string) ?? .null,
            "description": matter.description.map(JSON.string) ?? .null,
            "documents": .array(matter.documents.map(JSON.string)),
        ]
    }

    /// Milliseconds since 1970.
    private var began: Int { Int(at.timeIntervalSince1970 * 1000) - milliseconds }
}

extension RequestLog.Matter {
    init(_ request: Simulation.Request) {
        filter = request.target.query.first { $0.name == "$filter" }?.value
        guard request.target.method == "POST", request.target.entitySet == "ARInvoiceBatches",
            let batch = try? JSON(parsing: request.body)
        else { return }
        description = batch["Description"]?.string
        documents = batch["Invoices"]?.array?.compactMap { $0["DocumentNumber"]?.string } ?? []
    }
}
