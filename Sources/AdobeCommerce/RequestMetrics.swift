import HTTPClient
import Metrics

/// How long stores take to answer.
enum RequestMetrics {
    /// One request, ended.
    /// - Parameters:
    ///   - operation: what was asked for, without any id.
    ///   - status: nil where no answer came.
    static func ended(_ operation: String, after duration: Duration, status: Int?) {
        let dimensions = [("operation", operation), ("status", status.map { "\($0 / 100)xx" } ?? "none")]
        Metrics.Timer(label: "mlc_adobe_request_seconds", dimensions: dimensions).record(duration: duration)
    }

    /// Sends a request and notes how it went.
    static func send(_ request: HTTPRequest, by http: HTTPClient, as operation: String)
        async throws(HTTPError)
        -> HTTPResponse
    {
        let began = ContinuousClock.now
        do throws(HTTPError) {
            let response = try await http.send(request)
            ended(operation, after: .now - began, status: response.status)
            return response
        } catch {
            ended(operation, after: .now - began, status: nil)
            throw error
        }
    }
}
