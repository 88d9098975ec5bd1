import HTTPClient
import Testing

/// Bodies are bounded by what they are after decoding.
@Suite(.timeLimit(.minutes(1)))
struct BodyLimitTests {
    private let client = HTTPClient.direct()

    @Test func decodesGzip() async throws {
        let packed = try output(of: "printf 'hello, ledger' | gzip -c")
        let server = try serving(packed, ["Content-Encoding: gzip"])
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(String(decoding: response.body, as: UTF8.self) == "hello, ledger")
    }

    @Test func takesABodyOfExactlyTheLimit() async throws {
        let server = try serving([UInt8](repeating: 7, count: 1000), [])
        let request = HTTPRequest(url: server.url, maximumBodyBytes: 1000)
        #expect(try await client.send(request).body.count == 1000)
    }

    @Test func refusesOneByteMore() async throws {
        let server = try serving([UInt8](repeating: 7, count: 1001), [])
        let error = await client.failure(HTTPRequest(url: server.url, maximumBodyBytes: 1000))
        #expect(error?.cause == .bodyTooLarge(limit: 1000))
        #expect(error?.mayHaveBeenSent == true)
    }

    @Test func refusesAnEndlessBody() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 7, count: 65536)) {}
        }
        let error = await client.failure(HTTPRequest(url: server.url, maximumBodyBytes: 1 << 20))
        #expect(error?.cause == .bodyTooLarge(limit: 1 << 20))
    }

    @Test func refusesAGzipBomb() async throws {
        let bomb = try output(of: "head -c 50000000 /dev/zero | gzip -9c")
        #expect(bomb.count < 100_000)
        let server = try serving(bomb, ["Content-Encoding: gzip"])
        let error = await client.failure(HTTPRequest(url: server.url, maximumBodyBytes: 1 << 20))
        #expect(error?.cause == .bodyTooLarge(limit: 1 << 20))
    }

    private func serving(_ body: [UInt8], _ fields: [String]) throws -> ScriptedServer {
        try ScriptedServer { connection in
            _ = connection.readRequest()
            let lines = ["HTTP/1.1 200 OK", "Content-Length: \(body.count)"] + fields
            connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            connection.send(body)
        }
    }
}
