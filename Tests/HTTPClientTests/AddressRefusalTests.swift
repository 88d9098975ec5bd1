import Synchronization
import Testing

@testable import HTTPClient

/// Whom a client may connect to, whatever a name, a redirect or a proxy says.
@Suite(.timeLimit(.minutes(1)))
struct AddressRefusalTests {
    /// A client that may connect to 127.0.0.1 alone and finds `names` where they say.
    private func client(
        _ names: @escaping @Sendable () -> [String],
        proxy: String? = "",
        allowsPlainHTTP: Bool = true
    ) -> HTTPClient {
        var configuration = HTTPClientConfiguration(
            proxy: proxy,
            allowsAddress: { $0 == "127.0.0.1" },
            allowsPlainHTTP: allowsPlainHTTP
        )
        configuration.resolvedNames = names
        return HTTPClient(configuration: configuration)
    }

    @Test func nameThatIsPointedElsewhereIsRefusedAtItsNextConnection() async throws {
        // Each answer ends its connection, so that the next request looks the name up again.
        let server = try ScriptedServer.answering { _ in answer("200 OK", ["Connection: close"]) }
        let address = Mutex("127.0.0.1")
        let client = client({ ["shop.example:\(server.port):\(address.withLock { $0 })"] })
        let request = HTTPRequest(url: "http://shop.example:\(server.port)/")
        #expect(try await client.send(request).status == 200)
        for elsewhere in [
            "127.0.0.2", "169.254.169.254", "[::1]", "10.0.0.1", "[::ffff:127.0.0.2]", "0.0.0.0",
        ] {
            address.withLock { $0 = elsewhere }
            let error = try #require(await client.failure(request))
            #expect(error.cause == .addressRefused, "\(elsewhere): \(error)")
            #expect(!error.mayHaveBeenSent)
        }
        #expect(server.requests.count == 1)
    }

    @Test func ofSeveralAddressesOnlyAllowedOnesAreConnectedTo() async throws {
        let server = try ScriptedServer.answering { _ in answer("200 OK", ["Connection: close"]) }
        for addresses in ["169.254.169.254,127.0.0.1", "127.0.0.1,169.254.169.254", "[fe80::1],127.0.0.1"] {
            let client = client({ ["shop.example:\(server.port):\(addresses)"] })
            #expect(
                try await client.send(HTTPRequest(url: "http://shop.example:\(server.port)/")).status == 200
            )
        }
        let client = client({ ["shop.example:\(server.port):169.254.169.254,[::1]"] })
        let error = await client.failure(HTTPRequest(url: "http://shop.example:\(server.port)/"))
        #expect(error?.cause == .addressRefused)
    }

    @Test(arguments: [
        "169.254.169.254", "127.0.0.2", "127.2", "0x7f.2", "2130706434", "0177.0.0.2", "[::1]",
        "[::ffff:127.0.0.2]",
        "[fe80::1]", "inside.example", "inside.example.", "%31%32%37.0.0.2",
    ])
    func redirectLeadsNowhereElse(_ host: String) async throws {
        let inside = try ScriptedServer.answering { _ in answer() }
        let location = "Location: http://\(host):\(inside.port)/latest/meta-data"
        let server = try ScriptedServer.answering { _ in answer("302 Found", [location]) }
        let client = client({
            ["inside.example:\(inside.port):127.0.0.2", "inside.example.:\(inside.port):127.0.0.2"]
        })
        let error = try #require(await client.failure(HTTPRequest(url: server.url, followsRedirects: 3)))
        #expect(error.cause == .addressRefused, "\(error)")
        #expect(inside.requests.isEmpty)
    }

    @Test func plainHTTPIsRefusedWhereItIsNotAllowed() async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let client = client({ [] }, allowsPlainHTTP: false)
        let error = try #require(await client.failure(HTTPRequest(url: server.url)))
        #expect(error.cause == .addressRefused)
        #expect(!error.mayHaveBeenSent && server.requests.isEmpty)
    }
}
