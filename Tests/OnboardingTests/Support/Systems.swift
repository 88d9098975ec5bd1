import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Logging
import SageSimulation
import Testing

/// Both systems, simulated on free ports.
struct Systems: Sendable {
    let store: String
    let sage: String
    let http: HTTPClient

    /// How often Sage 300 refused a sign-in.
    func failedSignIns() async throws -> Int {
        let url = sage.replacing("/Sage300WebApi", with: "/_simulator/requests")
        let response = try await http.send(HTTPRequest(url: url))
        return try #require(try JSON(parsing: response.body)["failedSignIns"]?.int)
    }

    /// The lines of a block as a person pastes them.
    static let credentials =
        "democonsumerkey00000000000000001\ndemoconsumersecret00000000000001\n"
        + "demoaccesstoken00000000000000001\ndemoaccesstokensecret00000000001\n"
}

/// Runs both simulators around the body.
func withSystems(
    store storeScenario: String = "{}",
    sage sageScenario: String = "{}",
    _ body: @escaping @Sendable (Systems) async throws -> Void
) async throws {
    let quiet = Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }
    let store = AdobeSimulator(scenario: try AdobeSimulation.Scenario(yaml: storeScenario), logger: quiet)
    let sage = SageSimulator(scenario: try SageSimulation.Scenario(yaml: sageScenario), logger: quiet)
    let (storeURLs, storeListens) = AsyncStream.makeStream(of: String.self)
    let (sageURLs, sageListens) = AsyncStream.makeStream(of: String.self)
    let http = HTTPClient(configuration: HTTPClientConfiguration(userAgent: "onboarding", proxy: ""))
    try await withThrowingTaskGroup { group in
        group.addTask { try await store.run(port: 0) { storeListens.yield($0) } }
        group.addTask { try await sage.run { sageListens.yield($0) } }
        group.addTask {
            for await storeURL in storeURLs {
                for await sageURL in sageURLs {
                    return try await body(Systems(store: storeURL, sage: sageURL, http: http))
                }
            }
        }
        _ = try await group.next()
        group.cancelAll()
    }
    await http.close()
}
