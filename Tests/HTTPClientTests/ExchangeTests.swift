import HTTPClient
import Testing

/// What goes out and what comes back when all is well.
@Suite(.timeLimit(.minutes(1)))
struct ExchangeTests {
    private let client = HTTPClient.direct()

    @Test("sends each method with its body", arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
    func sendsBody(_ method: HTTPRequest.Method) async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let request = HTTPRequest(method: method, url: server.url + "/a/../b?q=%20x", body: body)
        _ = try await client.send(request)
        let received = try #require(server.requests.first)
        #expect(received.line == "\(method.rawValue) /a/../b?q=%20x HTTP/1.1")
        #expect(received.body == body)
        #expect(received.value("Expect") == nil)
        #expect(received.value("Content-Type") == nil)
    }

    @Test(
        "sends each method without a body",
        arguments: [
            (HTTPRequest.Method.get, nil), (.head, nil), (.delete, nil), (.post, "0"), (.put, "0"),
            (.patch, "0"),
        ] as [(HTTPRequest.Method, String?)]
    )
    func sendsNoBody(_ method: HTTPRequest.Method, _ length: String?) async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        _ = try await client.send(HTTPRequest(method: method, url: server.url))
        let received = try #require(server.requests.first)
        #expect(received.line == "\(method.rawValue) / HTTP/1.1")
        #expect(received.value("Content-Length") == length)
    }

    @Test func sendsHeadersInOrder() async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        var request = HTTPRequest(url: server.url)
        request.headers = ["X-B": "2", "X-A": "1", "X-Empty": "", "X-B": "drei µ"]
        _ = try await client.send(request)
        let received = try #require(server.requests.first)
        let own = received.fields.filter { $0.hasPrefix("X-") }
        #expect(own == ["X-B: 2", "X-A: 1", "X-Empty:", "X-B: drei µ"])
        #expect(received.value("User-Agent") == "tests/1")
        #expect(received.value("Accept-Encoding") == "gzip")
        #expect(received.value("Host") == "127.0.0.1:\(server.port)")
    }

    @Test func theRequestsOwnHeadersWin() async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let own = ["User-Agent": "mine", "Accept": "text/plain", "Host": "shop.example"]
        let headers = HTTPHeaders(own.map { ($0.key, $0.value) })
        _ = try await client.send(HTTPRequest(url: server.url, headers: headers))
        let received = try #require(server.requests.first)
        for (name, value) in own {
            #expect(received.fields.filter { $0.hasPrefix(name + ":") } == ["\(name): \(value)"])
        }
    }

    @Test func receivesHeadersInOrderWhateverTheirCase() async throws {
        let server = try ScriptedServer.answering { _ in
            answer("404 Not Here", ["B: 2", "set-cookie: a=1", "SET-COOKIE:  b=2  ", "Empty:"], "{}")
        }
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(response.status == 404)
        #expect(response.headers.map(\.name) == ["B", "set-cookie", "SET-COOKIE", "Empty", "Content-Length"])
        #expect(response.headers.all("Set-Cookie") == ["a=1", "b=2"])
        #expect(response.headers["empty"] == "")
        #expect(response.headers["Missing"] == nil)
    }

    @Test func receivesBinaryBodies() async throws {
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
            connection.send(body)
        }
        #expect(try await client.send(HTTPRequest(url: server.url)).body == body)
    }

    @Test("takes answers without a body", arguments: ["204 No Content", "304 Not Modified"])
    func takesNoBody(_ status: String) async throws {
        let server = try ScriptedServer.answering { _ in "HTTP/1.1 \(status)\r\nETag: x\r\n\r\n" }
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(response.status == Int(status.prefix(3)))
        #expect(response.body.isEmpty)
    }

    @Test func headHasNoBodyWhateverTheLengthSays() async throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
        }
        let response = try await client.send(HTTPRequest(method: .head, url: server.url))
        #expect(response.headers["content-length"] == "99999999999")
        #expect(response.body.isEmpty)
    }

    @Test func joinsChunksAndLeavesOutTrailers() async throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
        }
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(response.body == Array("abcde".utf8))
        #expect(response.headers["Trailer"] == nil)
    }

    @Test func skipsInterimAnswers() async throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 100 Continue\r\nInterim: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + answer("201 Created")
        }
        let response = try await client.send(HTTPRequest(method: .post, url: server.url, body: [1]))
        #expect(response.status == 201)
        #expect(response.headers.map(\.name) == ["Content-Length"])
    }

    @Test func readsUntilTheEndWithoutALength() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.0 200 OK\r\n\r\nall of it")
        }
        #expect(try await client.send(HTTPRequest(url: server.url)).body == Array("all of it".utf8))
    }
}
