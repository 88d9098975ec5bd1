import AMQPClient
import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Logging
import Messaging

/// Looks at what policies make of our queues, where `AMQP_MANAGEMENT_URL` allows it: at start, and every hour.
struct BrokerSurvey: Sendable {
    let environment: ServiceEnvironment
    let logger: Logger

    /// Says what it finds, once each, and when it has gone; ends at once where there is nobody to ask.
    func run() async {
        guard let management = environment.managementURL, let virtualHost else { return }
        // The operator's own broker: what tenants' systems may be is another matter.
        let http = HTTPClient(configuration: HTTPClientConfiguration(userAgent: "ml-connector", proxy: ""))
        var told: Set<String> = []
        var pause = Duration.seconds(20)
        while !Task.isCancelled {
            if let found = await findings(management, virtualHost, http) {
                for finding in found where !told.contains(finding) { logger.error("broker: \(finding)") }
                for gone in told.subtracting(found) { logger.notice("broker: no longer so: \(gone)") }
                told = Set(found)
            } else {
                logger.warning(
                    "broker: AMQP_MANAGEMENT_URL does not answer or its user lacks the tag monitoring; policies are not looked at"
                )
            }
            // The first look comes early: queues are being declared, and the API lags behind the broker by seconds.
            try? await Task.sleep(for: pause)
            pause = told.isEmpty ? .seconds(600) : .seconds(60)
        }
        await http.close()
    }

    private var virtualHost: String? {
        environment.brokerURLs?.withText { text in
            try? AMQPConfiguration(urls: text, connectionName: "").endpoints.first?.virtualHost
        } ?? nil
    }

    private func findings(_ management: Secret, _ virtualHost: String, _ http: HTTPClient) async -> [String]?
    {
        let host = virtualHost.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? virtualHost
        guard let queues = await ask(management, "queues/\(host)?columns=\(QueueSurvey.columns)", http) else {
            return nil
        }
        let nodes = await ask(management, "nodes?columns=name", http)?.array?.count
        return QueueSurvey.findings(in: queues, nodes: nodes)
    }

    private func ask(_ management: Secret, _ path: String, _ http: HTTPClient) async -> JSON? {
        let request: HTTPRequest? = management.withText { text in
            guard var parts = URLComponents(string: text) else { return nil }
            let credentials = "\(parts.user ?? "guest"):\(parts.password ?? "guest")"
            (parts.user, parts.password) = (nil, nil)
            guard let base = parts.string else { return nil }
            let separator = base.hasSuffix("/") ? "" : "/"
            return HTTPRequest(
                url: "\(base)\(separator)api/\(path)",
                headers: ["Authorization": "Basic " + Data(credentials.utf8).base64EncodedString()],
                timeouts: .init(total: .seconds(30))
            )
        }
        guard let request, let response = try? await http.send(request), response.status == 200 else {
            return nil
        }
        return try? JSON(parsing: response.body)
    }
}
