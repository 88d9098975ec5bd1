/// A request that has been checked, with the moments it counts from.
struct Exchange: Sendable {
    var request: HTTPRequest
    var url: RequestURL
    let start: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant

    /// Whether an earlier request of the same call, answered by a redirect, has reached a server.
    var isRedirected = false

    init(_ request: HTTPRequest) throws(HTTPError) {
        url = try RequestURL(request.url)
        self.request = request
        start = .now
        deadline = start + request.timeouts.total
        try checkHeaders()
        if request.method.isSafe, request.body != nil {
            throw refused("a \(request.method.rawValue) request has no body")
        }
    }

    /// The detail names method and URL without its query.
    func error(
        _ cause: HTTPError.Cause,
        mayHaveBeenSent: Bool,
        _ explanation: String? = nil
    ) -> HTTPError {
        let subject = "\(request.method.rawValue) \(url.redacted)"
        return HTTPError(
            cause,
            mayHaveBeenSent: mayHaveBeenSent || isRedirected,
            detail: explanation.map { "\(subject): \($0)" } ?? subject
        )
    }

    private func checkHeaders() throws(HTTPError) {
        for field in request.headers {
            // The field is not quoted: its value may be a credential.
            guard field.isWellFormed else { throw refused("malformed request header") }
            let isOwn = ["Content-Length", "Transfer-Encoding", "Connection"].contains {
                $0.isSameHeaderName(as: field.name)
            }
            if isOwn { throw refused("\(field.name) is set by the client") }
        }
    }

    private func refused(_ reason: String) -> HTTPError {
        error(.protocolViolation(reason), mayHaveBeenSent: false)
    }
}
