import Foundation
import Testing

@testable import AdobeSimulation

@Suite(.timeLimit(.minutes(1)))
struct Compression {
    /// What another implementation makes of it.
    private func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
        process.arguments = ["-dc"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let writer = Thread {
            try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
            try? input.fileHandleForWriting.close()
        }
        writer.start()
        let result = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(result)
    }

    private static let texts: [[UInt8]] = {
        var state: UInt32 = 1
        let noise = (0..<70_000).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        // Every match length, and distances up to beyond the window.
        var lengths: [UInt8] = []
        for length in 3...300 {
            lengths += noise[0..<length]
            lengths += noise[(1000 + length)..<(1010 + length)]
        }
        var distant = Array(noise[0..<32_760])
        distant += noise[0..<60]
        return [
            [], [65], Array("abc".utf8), [UInt8](repeating: 32, count: 100_000), noise, lengths, distant,
            noise + noise,
        ]
    }()

    @Test("gzip reads back what was compressed", arguments: Compression.texts.indices)
    func roundTrip(_ index: Int) throws {
        let text = Self.texts[index]
        #expect(try inflated(Gzip.compress(text)) == text)
    }

    @Test func answersAreCompressedWhenAskedFor() throws {
        let store = SimulatedStore(scenario: Scenario())
        func answer(_ encoding: String?) -> StoreResponse {
            var request = Signer().get("/rest/V1/orders?searchCriteria=all")
            if let encoding { request.headers.append(("accept-encoding", encoding)) }
            return store.respond(to: request).response
        }
        let plain = answer(nil)
        #expect(!plain.headers.contains { $0.name == "Content-Encoding" })
        let compressed = answer("deflate, gzip")
        #expect(compressed.headers.contains { $0 == ("Content-Encoding", "gzip") })
        #expect(compressed.body.count * 4 < plain.body.count)
        #expect(try inflated(compressed.body) == plain.body)
        #expect(answer("gzip;q=0").body == plain.body)
        _ = try store.control("POST", "settings", "gzip: false")
        #expect(answer("gzip").body == plain.body)
    }
}
