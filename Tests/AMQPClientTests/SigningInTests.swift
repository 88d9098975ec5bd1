import AMQPClient
import Foundation
import Testing

@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct SigningInTests {
    @Test func wrongPasswordIsTriedOnceAndNeverShown() async throws {
        try await withProxy { proxy, configuration in
            var configuration = configuration
            let endpoint = try Broker.endpoint(port: Int(proxy.port), password: "wr0ng-s3cret")
            configuration.endpoints = [endpoint, endpoint, endpoint]
            let events = EventLog()
            let connection = AMQPConnection(configuration: configuration) { events.append($0) }
            let error = await #expect(throws: AMQPError.self) { try await connection.connect() }
            guard case .accessRefused = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(proxy.acceptedCount == 1)
            #expect(events.events.isEmpty)
            #expect(!"\(String(describing: error)) \(configuration)".contains("wr0ng"))
            await connection.close()
        }
    }

    @Test func unknownVirtualHostIsRefused() async throws {
        var configuration = try Broker.configuration()
        let broker = try Broker.endpoint()
        configuration.endpoints = [try Broker.endpoint(port: broker.port, virtualHost: Broker.uniqueName())]
        let connection = AMQPConnection(configuration: configuration)
        let error = await #expect(throws: AMQPError.self) { try await connection.connect() }
        guard case .accessRefused(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains("not found"))
        await connection.close()
    }
}

@Suite(.enabled(if: Broker.hasTLS), .timeLimit(.minutes(1)))
struct TLSTests {
    private func configuration(_ authorityFile: String?, host: String? = nil) throws -> AMQPConfiguration {
        var configuration = try Broker.configuration(Broker.tlsURL)
        configuration.certificateAuthorityFile = authorityFile
        if let host, let endpoint = configuration.endpoints.first {
            configuration.endpoints = [
                AMQPEndpoint(host: host, port: endpoint.port, username: "x", password: "x", usesTLS: true)
            ]
        }
        return configuration
    }

    private func refusal(_ configuration: AMQPConfiguration) async throws -> String {
        let connection = AMQPConnection(configuration: configuration)
        let error = await #expect(throws: AMQPError.self) { try await connection.connect() }
        await connection.close()
        guard case .tls(let text) = error else { return "\(String(describing: error))" }
        return "tls: \(text)"
    }

    @Test func trustedBrokerTakesMessages() async throws {
        try await withConnection(configuration(Broker.authorityFile)) { connection in
            try await withQueue(connection) { queue in
                let body = [UInt8](repeating: 7, count: 1_000_000)
                try await connection.publish(AMQPMessage(body: body), to: "", routingKey: queue)
                let consumer = try await connection.consume(queue, prefetch: 1)
                #expect(try await consumer.next().body == body)
            }
        }
    }

    @Test func unknownAuthorityIsRefusedAtOnce() async throws {
        #expect(try await refusal(configuration(nil)).hasSuffix("SSL peer cert verification failed"))
    }

    @Test func otherHostNameIsRefusedAtOnce() async throws {
        let configuration = try configuration(Broker.authorityFile, host: "127.0.0.1")
        #expect(try await refusal(configuration).hasSuffix("SSL hostname verification failed"))
    }

    @Test func unreadableAuthorityFileIsNamed() async throws {
        let refusal = try await refusal(configuration("/nowhere/ca.pem"))
        #expect(refusal == "tls: the certificate authorities in /nowhere/ca.pem cannot be read")
    }
}
