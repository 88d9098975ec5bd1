import HTTPClient
import Testing

/// Requests through a proxy, whose password stays a secret.
@Suite(.timeLimit(.minutes(1)))
struct ProxyTests {
    @Test func asksTheProxyForHTTP() async throws {
        let proxy = try ScriptedServer.answering { _ in answer() }
        let client = HTTPClient(configuration: .init(proxy: "http://me:hunter2@127.0.0.1:\(proxy.port)"))
        let response = try await client.send(HTTPRequest(url: "http://shop.invalid/rest?x=1"))
        #expect(response.status == 200)
        let received = try #require(proxy.requests.first)
        #expect(received.line == "GET http://shop.invalid/rest?x=1 HTTP/1.1")
        #expect(received.value("Proxy-Authorization")?.hasPrefix("Basic ") == true)
    }

    @Test(
        "a proxy that refuses has sent nothing on",
        arguments: ["403 Forbidden", "407 Who", "502 Bad Gateway"]
    )
    func reportsARefusal(_ status: String) async throws {
        let proxy = try ScriptedServer.answering { _ in answer(status, ["X-Proxy: 1"]) }
        let client = HTTPClient(configuration: .init(proxy: "http://127.0.0.1:\(proxy.port)"))
        let request = HTTPRequest(
            method: .post,
            url: "https://shop.invalid/rest",
            headers: ["Authorization": "Bearer hunter2"],
            body: [1]
        )
        let error = try #require(await client.failure(request))
        #expect(error.cause == .couldNotConnect, "\(error)")
        #expect(!error.mayHaveBeenSent)
        let received = try #require(proxy.requests.first)
        #expect(received.line == "CONNECT shop.invalid:443 HTTP/1.1")
        #expect(received.value("Authorization") == nil)
    }

    @Test(
        "keeps the password to itself",
        arguments: [
            "ldap://me:hunter2@127.0.0.1:1", "http://me:hunter2@host.invalid:1",
            "http://me:hunter2@127.0.0.1:1",
            "http://me:hunter2@127.0.0.1:x", "me:hunter2@@", "http://me:hunter2@[",
        ]
    )
    func keepsThePassword(_ proxy: String) async throws {
        let client = HTTPClient(configuration: .init(proxy: proxy))
        let error = try #require(
            await client.failure(HTTPRequest(method: .post, url: "http://shop.invalid/"))
        )
        #expect(!error.mayHaveBeenSent)
        #expect(!error.description.contains("hunter2"))
    }
}
