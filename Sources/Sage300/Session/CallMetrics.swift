import HTTPClient
import Metrics

/// How long Sage 300 takes to answer.
enum CallMetrics {
    /// Makes a call and notes how it went.
    /// - Parameter operation: method and resource, without a key.
    static func send(_ request: HTTPRequest, by http: HTTPClient, as operation: String)
        async throws(HTTPError)
        -> HTTPResponse
    {
        SageCallTally.current?.count()
        let began = ContinuousClock.now
        do throws(HTTPError) {
            let response = try await http.send(request)
            ended(operation, after: .now - began, status: "\(response.status / 100)xx")
            return response
        } catch {
            ended(operation, after: .now - began, status: "none")
            throw error
        }
    }

    private static func ended(_ operation: String, after duration: Duration, status: String) {
        let dimensions = [("operation", operation), ("status", status)]
        Metrics.Timer(label: "mlc_sage_request_seconds", dimensions: dimensions).record(duration: duration)
    }
}
