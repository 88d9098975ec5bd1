import Testing

@testable import AMQPClient

@Suite struct ConfigurationTests {
    private func endpoints(_ urls: String) throws(AMQPError) -> [AMQPEndpoint] {
        try AMQPConfiguration(urls: urls, connectionName: "test").endpoints
    }

    @Test("reads every part of a URL")
    func readsURL() throws {
        let expected = AMQPEndpoint(
            host: "mq.example",
            port: 5673,
            username: "u@x",
            password: "p:/w,ä",
            virtualHost: "a/b",
            usesTLS: true
        )
        #expect(try endpoints("amqps://u%40x:p:%2Fw,%C3%A4@mq.example:5673/a%2Fb") == [expected])
    }

    @Test("fills in what is left out")
    func defaults() throws {
        let plain = AMQPEndpoint(host: "h", port: 5672, username: "guest", password: "guest")
        let secure = AMQPEndpoint(host: "::1", port: 5671, username: "u", password: "", usesTLS: true)
        #expect(try endpoints("amqp://h , amqp://h/,amqps://u@[::1]") == [plain, plain, secure])
    }

    @Test(
        "refuses what is not a list of AMQP URLs, without quoting it",
        arguments: [
            "", " , ", "http://h", "amqp://", "amqp://u:topsecret@", "amqp://u:topsecret@h:0",
            "amqp://u:topsecret@h:99999", "amqp://u:topsecret@h:x", "amqp://u:top%secret@h",
            "amqp://u:topsecret@h/a/b", "amqp://u:topsecret@h?heartbeat=1", "amqp://u:topsecret%00@h",
            "amqp://u:topsecret%FF@h", "amqp://[::1", "amqp://u:topsecret@h x", "amqp://h,topsecret",
        ]
    )
    func refuses(_ urls: String) {
        let error = #expect(throws: AMQPError.self) { try endpoints(urls) }
        guard case .badURL(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!text.contains("secret"))
    }

    @Test("no description, mirror or dump shows the password")
    func hidesPassword() throws {
        let configuration = try AMQPConfiguration(urls: "amqp://u:topsecret@h:1/v", connectionName: "x")
        var dumped = ""
        dump(configuration, to: &dumped)
        let shown =
            "\(configuration) \(configuration.endpoints) \(String(reflecting: configuration)) \(dumped)"
        #expect(!shown.contains("topsecret"))
        #expect(shown.contains("amqp://h:1/v"))
    }

    @Test("waits double up to the longest, shortened by up to half")
    func backoff() {
        let backoff = AMQPBackoff(first: .milliseconds(200), longest: .seconds(15))
        let longest = (1...10).map { backoff.wait(after: $0, fraction: 1) }
        #expect(
            longest.prefix(4) == [
                .milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600),
            ]
        )
        #expect(longest.last == .seconds(15))
        #expect(backoff.wait(after: 1, fraction: 0) == .milliseconds(100))
        #expect(backoff.wait(after: .max, fraction: 0) == .milliseconds(7500))
    }
}
