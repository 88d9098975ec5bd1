import HTTPClient
import Testing

/// Kept connections, their number, and what happens when one dies.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionReuseTests {
    private let client = HTTPClient.direct()

    @Test func keepsTheConnection() async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let first = try await client.send(HTTPRequest(url: server.url))
        let second = try await client.send(HTTPRequest(method: .post, url: server.url, body: [1]))
        #expect(!first.isReusedConnection)
        #expect(second.isReusedConnection)
        #expect(server.connectionCount == 1)
    }

    @Test func takesANewOneWhenToldThatItWillBeClosed() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer("200 OK", ["Connection: close"]))
            connection.waitForClose()
        }
        for _ in 0..<3 {
            #expect(try await !client.send(HTTPRequest(method: .post, url: server.url)).isReusedConnection)
        }
        #expect(server.connectionCount == 3)
    }

    @Test func serves200AtOnceOverAFewConnections() async throws {
        let server = try ScriptedServer.answering { request in answer("200 OK", [], request.target) }
        let url = server.url
        let bodies = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<200 {
                group.addTask {
                    let response = try await client.send(HTTPRequest(url: "\(url)/\(number)"))
                    return (number, String(decoding: response.body, as: UTF8.self))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(bodies.count == 200)
        for (number, body) in bodies { #expect(body == "/\(number)") }
        #expect(server.maximumOpenCount <= 8)
        #expect(server.requests.count == 200)
    }

    @Test(
        "never sends again what may change something",
        arguments: [HTTPRequest.Method.post, .put, .patch, .delete],
        [nil, 0, 300_000] as [Int?]
    )
    func neverSendsAgain(_ method: HTTPRequest.Method, _ bodyCount: Int?) async throws {
        let server = try closingAfterSecondRequest()
        _ = try await client.send(HTTPRequest(url: server.url))
        let body = bodyCount.map { [UInt8](repeating: 1, count: $0) }
        let request = HTTPRequest(method: method, url: server.url, body: body)
        let error = try #require(await client.failure(request))
        #expect(error.cause == .connectionLost)
        #expect(error.mayHaveBeenSent)
        // One that came afterwards would have been read by now: this one comes last.
        _ = try await client.send(HTTPRequest(method: .head, url: server.url))
        #expect(server.requests.map(\.method) == ["GET", method.rawValue, "HEAD"])
    }

    @Test func sendsAGetAgain() async throws {
        let server = try closingAfterSecondRequest()
        _ = try await client.send(HTTPRequest(url: server.url))
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(response.status == 200)
        #expect(server.requests.count == 3)
    }

    @Test func reportsAConnectionThatDiesDuringTheAnswer() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer())
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n")
        }
        _ = try await client.send(HTTPRequest(url: server.url))
        let error = try #require(await client.failure(HTTPRequest(url: server.url)))
        #expect(error.cause == .connectionLost)
        #expect(server.requests.count == 2)
    }

    /// Answers one request a connection; reads the second one and closes without a word.
    private func closingAfterSecondRequest() throws -> ScriptedServer {
        try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(answer())
            _ = connection.readRequest()
        }
    }
}
