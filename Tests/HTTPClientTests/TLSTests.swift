import HTTPClient
import Testing

/// Certificates and names are always verified, and a broken TLS connection does no harm.
@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    @Test func trustsTheGivenAuthority() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        let response = try await client(server.certificateFile).send(HTTPRequest(url: server.url))
        #expect(response.status == 200)
    }

    @Test func refusesAnUnknownAuthority() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        try await expectRefusal(of: server, by: client(nil))
    }

    @Test func refusesAnotherName() async throws {
        let server = try TLSServer(name: "DNS:other.example")
        try await expectRefusal(of: server, by: client(server.certificateFile))
    }

    @Test func refusesOldVersions() async throws {
        let old = ["-www", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        let server = try TLSServer(name: "IP:127.0.0.1", options: old)
        try await expectRefusal(of: server, by: client(server.certificateFile))
    }

    @Test func saysThatTheAuthorityFileIsMissing() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        try await expectRefusal(of: server, by: client("/nonexistent/ca.pem"))
    }

    @Test func reportsAServerThatSpeaksNoTLS() async throws {
        let server = try ScriptedServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.waitForClose()
        }
        let request = HTTPRequest(method: .post, url: "https://127.0.0.1:\(server.port)/", body: [1])
        let error = try #require(await client(nil).failure(request))
        guard case .tls = error.cause else { throw error }
        #expect(!error.mayHaveBeenSent)
    }

    @Test func survivesAServerThatDiesDuringAnUpload() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1", options: [])
        let request = HTTPRequest(
            method: .post,
            url: server.url,
            body: [UInt8](repeating: 0x61, count: 32 << 20)
        )
        let client = client(server.certificateFile)
        let task = Task { await client.failure(request) }
        try server.waitForOutput("POST / HTTP/1.1")
        server.kill()
        let error = try #require(await task.value)
        #expect(error.cause == .connectionLost, "\(error)")
        #expect(error.mayHaveBeenSent)
    }

    private func client(_ certificateAuthorityFile: String?) -> HTTPClient {
        HTTPClient(configuration: .init(proxy: "", certificateAuthorityFile: certificateAuthorityFile))
    }

    private func expectRefusal(of server: TLSServer, by client: HTTPClient) async throws {
        let request = HTTPRequest(method: .post, url: server.url, body: [1])
        let error = try #require(await client.failure(request))
        guard case .tls(let reason) = error.cause else { throw error }
        #expect(!reason.isEmpty)
        #expect(!error.mayHaveBeenSent)
    }
}
