import Foundation
import HTTPClient
import Testing

/// Requests and answers that are wrong, and whether the server may have acted.
@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
    private let client = HTTPClient.direct()

    @Test(
        "refuses URLs it cannot send as written",
        arguments: [
            "", "example.com/x", "/x", "ftp://example.com/", "file:///etc/passwd", "http://", "http://a b/",
            "http://example.com/a b", "http://example.com/ü", "http://user:hunter2@example.com/",
            "http://example.com/\r\nX-Injected: 1", "http://example.com:99999/",
        ]
    )
    func refusesURL(_ url: String) async throws {
        let error = try #require(await client.failure(HTTPRequest(url: url)))
        #expect(error.cause == .badURL)
        #expect(!error.mayHaveBeenSent)
        #expect(!error.description.contains("hunter2"))
    }

    @Test(
        "refuses headers that would change the message",
        arguments: [
            ("X-A", "1\r\nX-Injected: 1"), ("X-A", "1\nX: 1"), ("X-A", "\u{0}"), ("X-A\r\nX-B", "1"),
            ("X A", "1"),
            ("", "1"), ("X-A:", "1"), ("content-length", "5"), ("Transfer-Encoding", "chunked"),
        ]
    )
    func refusesHeader(_ name: String, _ value: String) async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let error = try #require(
            await client.failure(HTTPRequest(url: server.url, headers: HTTPHeaders([(name, value)])))
        )
        guard case .protocolViolation = error.cause else { throw error }
        #expect(!error.mayHaveBeenSent)
        #expect(server.connectionCount == 0)
    }

    @Test func refusesABodyForGet() async throws {
        let error = try #require(await client.failure(HTTPRequest(url: "http://127.0.0.1/", body: [])))
        #expect(error.cause == .protocolViolation("a GET request has no body"))
    }

    @Test func saysThatAHostDoesNotResolve() async throws {
        let request = HTTPRequest(method: .post, url: "http://host.invalid/a?token=hunter2", body: [1])
        let error = try #require(await client.failure(request))
        #expect(error.cause == .couldNotResolve)
        #expect(!error.mayHaveBeenSent)
        #expect(error.detail.hasPrefix("POST http://host.invalid:80/a: "))
        #expect(!error.description.contains("hunter2"))
    }

    @Test func saysThatAPortIsRefused() async throws {
        let (descriptor, port) = try LoopbackSocket.bound()
        defer { LoopbackSocket.close(descriptor) }
        let error = try #require(await client.failure(HTTPRequest(url: "http://127.0.0.1:\(port)/")))
        #expect(error.cause == .couldNotConnect)
        #expect(!error.mayHaveBeenSent)
    }

    @Test func asksBeforeItConnects() async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let client = HTTPClient.direct { $0 != "127.0.0.1" }
        for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
            let request = HTTPRequest(url: "http://\(host):\(server.port)/")
            let error = try #require(await client.failure(request))
            // `localhost` may also be ::1, which is allowed here and not listened on.
            #expect(
                error.cause == .addressRefused || (host == "localhost" && error.cause == .couldNotConnect)
            )
            #expect(!error.mayHaveBeenSent)
        }
        #expect(server.connectionCount == 0)
        #expect(
            try await HTTPClient.direct { $0 == "127.0.0.1" }.send(HTTPRequest(url: server.url)).status == 200
        )
    }

    @Test(
        "reports an answer that breaks off",
        arguments: [
            "",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
        ],
        [HTTPRequest.Method.get, .post]
    )
    func reportsBrokenOff(_ start: String, _ method: HTTPRequest.Method) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(start)
        }
        let error = try #require(await client.failure(HTTPRequest(method: method, url: server.url)))
        #expect(error.cause == .connectionLost, "\(error)")
        #expect(error.mayHaveBeenSent)
        #expect(server.requests.count == 1)
    }

    @Test func reportsAReset() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.reset()
        }
        let request = HTTPRequest(method: .post, url: server.url, body: [UInt8](repeating: 1, count: 8 << 20))
        let error = try #require(await client.failure(request))
        #expect(error.cause == .connectionLost, "\(error)")
        #expect(error.mayHaveBeenSent)
    }

    @Test(
        "reports an answer that is not HTTP",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",
        ]
    )
    func reportsNonsense(_ text: String) async throws {
        let error = try await failure(after: text)
        guard case .protocolViolation = error.cause else { throw error }
        #expect(error.mayHaveBeenSent)
    }

    @Test("bounds the headers", arguments: [(1, 201), (1000, 70), (70_000, 1), (200_000, 1)])
    func boundsHeaders(_ length: Int, _ count: Int) async throws {
        let field = "A: \(String(repeating: "a", count: length))\r\n"
        let error = try await failure(
            after: "HTTP/1.1 200 OK\r\n\(String(repeating: field, count: count))\r\n"
        )
        guard case .protocolViolation = error.cause else { throw error }
    }

    @Test func boundsInterimAnswers() async throws {
        let error = try await failure(after: String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 3000))
        #expect(error.cause == .protocolViolation("headers larger than 65536 bytes"))
    }

    private func failure(after text: String) async throws -> HTTPError {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(text)
            connection.waitForClose()
        }
        return try #require(await client.failure(HTTPRequest(url: server.url)))
    }
}
