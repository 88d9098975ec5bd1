import HTTPClient
import Testing

/// Redirects are answers unless the request asks for them to be followed.
@Suite(.timeLimit(.minutes(1)))
struct RedirectTests {
    private let client = HTTPClient.direct()

    @Test func isAnAnswerByDefault() async throws {
        let server = try ScriptedServer.answering { _ in answer("302 Found", ["Location: /b"]) }
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(response.status == 302)
        #expect(response.headers["location"] == "/b")
        #expect(server.requests.count == 1)
    }

    @Test(
        "follows with the method the status asks for",
        arguments: [
            (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"), (302, "PUT", "PUT"), (307, "POST", "POST"), (308, "POST", "POST"),
        ]
    )
    func follows(_ status: Int, _ method: String, _ followedBy: String) async throws {
        let server = try ScriptedServer.answering { request in
            request.target == "/a/b?x=1"
                ? answer("\(status) Moved", ["Location: ../c d?y=2#part"]) : answer("200 OK")
        }
        let request = HTTPRequest(
            method: try #require(HTTPRequest.Method(rawValue: method)),
            url: server.url + "/a/b?x=1",
            headers: ["Authorization": "Bearer hunter2", "Content-Type": "text/plain"],
            body: method == "HEAD" ? nil : [1, 2, 3],
            followsRedirects: 1
        )
        #expect(try await client.send(request).status == 200)
        let second = try #require(server.requests.last)
        #expect(second.line == "\(followedBy) /c%20d?y=2 HTTP/1.1")
        #expect(second.body == (followedBy == "GET" || followedBy == "HEAD" ? [] : [1, 2, 3]))
        // Same origin: the credentials stay.
        #expect(second.value("Authorization") == "Bearer hunter2")
        #expect((second.value("Content-Type") == nil) == (followedBy == "GET"))
    }

    @Test func leavesCredentialsBehindOnAnotherOrigin() async throws {
        let other = try ScriptedServer.answering { _ in answer() }
        let location = "Location: http://localhost:\(other.port)/x"
        let server = try ScriptedServer.answering { _ in answer("307 Elsewhere", [location]) }
        let request = HTTPRequest(
            url: server.url,
            headers: [
                "Authorization": "Bearer hunter2", "Cookie": "hunter2", "X-Api-Key": "hunter2",
                "X-Auth-Token": "hunter2", "X-Plain": "kept", "Host": "first.example",
            ],
            followsRedirects: 3
        )
        #expect(try await client.send(request).status == 200)
        #expect(server.requests.first?.value("Authorization") == "Bearer hunter2")
        let second = try #require(other.requests.first)
        #expect(!second.fields.joined().contains("hunter2"))
        #expect(second.value("X-Plain") == "kept")
        #expect(second.value("Host") == "localhost:\(other.port)")
    }

    @Test(
        "goes to the web only",
        arguments: [
            "file:///etc/passwd", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http://", "gopher://x",
        ]
    )
    func goesToTheWebOnly(_ location: String) async throws {
        let server = try ScriptedServer.answering { _ in answer("302 Found", ["Location: \(location)"]) }
        let error = try #require(await client.failure(HTTPRequest(url: server.url, followsRedirects: 3)))
        #expect(error.cause == .protocolViolation("redirect to no web address"))
        #expect(error.mayHaveBeenSent)
    }

    @Test func neverLeavesTLS() async throws {
        let plain = try ScriptedServer.answering { _ in answer() }
        let redirect = answer("302 Found", ["Location: \(plain.url)/"])
        let server = try TLSServer(name: "IP:127.0.0.1", options: ["-HTTP"], files: ["page": redirect])
        let client = HTTPClient(
            configuration: .init(proxy: "", certificateAuthorityFile: server.certificateFile)
        )
        let error = await client.failure(HTTPRequest(url: server.url + "page", followsRedirects: 1))
        #expect(error?.cause == .protocolViolation("redirect from https to http"))
        #expect(plain.connectionCount == 0)
    }

    @Test func stopsAfterAsManyAsAllowed() async throws {
        let server = try ScriptedServer.answering { _ in answer("302 Found", ["Location: /again"]) }
        let error = try #require(await client.failure(HTTPRequest(url: server.url, followsRedirects: 3)))
        #expect(error.cause == .protocolViolation("too many redirects"))
        #expect(server.requests.count == 4)
    }

    @Test func countsTheFirstRequestAsSent() async throws {
        let (descriptor, port) = try LoopbackSocket.bound()
        defer { LoopbackSocket.close(descriptor) }
        let location = "Location: http://127.0.0.1:\(port)/"
        let server = try ScriptedServer.answering { _ in answer("307 Elsewhere", [location]) }
        let request = HTTPRequest(method: .post, url: server.url, body: [1], followsRedirects: 1)
        let error = try #require(await client.failure(request))
        #expect(error.cause == .couldNotConnect)
        #expect(error.mayHaveBeenSent)
    }
}
