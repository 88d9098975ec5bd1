import ExactJSON
import Foundation
import Logging
import SageSimulation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SavingTests {
    @Test func booksOutliveTheSimulator() async throws {
        let path = NSTemporaryDirectory() + "sage-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let before = try await withKeptSimulator(path) { client async throws in
            _ = try await client.post("AR/ARInvoiceBatches", InvoiceBatchTests.sample)
            try await client.postInvoices(1)
            _ = try await client.enter(try invoice("US2"))
            return try await Books(client)
        }
        try await withKeptSimulator(path) { client async throws in
            #expect(try await Books(client) == before)
            // Numbers go on where they stopped, and what was posted is known.
            #expect(try await client.enter(try invoice("US3")).json["BatchNumber"] == 3)
            try await client.postInvoices(3)
            #expect(try await client.books()["trialBalance"]?["sum"] == "0")
        }
    }

    @Test func anUnusableFileIsRefused() async throws {
        let path = NSTemporaryDirectory() + "sage-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(#"{"companies": {"SAMINC": {"records": {"ARCustomers": [{"Nonsense": 1}]}}}}"#.utf8)
            .write(to: URL(filePath: path))
        await #expect(throws: ScenarioError.self) {
            try await SageSimulator(statePath: path).run { _ in }
        }
    }

    private struct Books: Equatable {
        let books: JSON
        let batches: JSON
        let documents: JSON

        init(_ client: SageClient) async throws {
            books = try await client.books()
            batches = try await client.get("AR/ARInvoiceBatches").json["value"] ?? .null
            documents = try await client.get("AR/ARPostedDocuments").json["value"] ?? .null
        }
    }
}

/// Runs `body` against a simulator that keeps its books in `path`, and ends it as a stopped process ends.
private func withKeptSimulator<Result: Sendable>(
    _ path: String,
    _ body: (SageClient) async throws -> Result
) async throws -> Result {
    let simulator = SageSimulator(statePath: path)
    let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try? await simulator.run { continuation.yield($0) }
            continuation.finish()
        }
        var iterator = addresses.makeAsyncIterator()
        let address = try #require(await iterator.next())
        let result = try await body(SageClient(address: address))
        group.cancelAll()
        return result
    }
}
