/// HTTP/1.1 over libcurl, with kept connections; all requests share one thread of the client's own.
///
/// - http and https only; certificates and host names are always verified, with TLS 1.2 or later.
/// - No cookies, no netrc, no redirects unless the request asks for them.
/// - No request that may change something is ever sent twice: when a kept connection dies before the answer,
///   libcurl would resend, and is stopped for every method but GET and HEAD. The caller gets `connectionLost`
///   and has to look before sending again.
///
/// Dropping the last reference closes the connections; `close()` does so at a known time.
public final class HTTPClient: Sendable {
    private let loop: TransferLoop
    private let allowsPlainHTTP: Bool

    /// Starts the thread; no connection is made yet.
    public init(configuration: HTTPClientConfiguration = .init()) {
        loop = TransferLoop(configuration)
        allowsPlainHTTP = configuration.allowsPlainHTTP
    }

    /// Sends `request` and returns the complete answer, whatever its status; gzip is decoded.
    ///
    /// Cancelling the task ends the exchange at once, and its connection with it.
    /// - Throws: `HTTPError`, which says whether the server may have received the request.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var exchange = try Exchange(request)
        while true {
            guard allowsPlainHTTP || exchange.url.scheme == "https" else {
                throw exchange.error(.addressRefused, mayHaveBeenSent: false, "plain http is not allowed")
            }
            let response = try await loop.run(exchange).get()
            guard request.followsRedirects > 0, let next = try exchange.following(response) else {
                return response
            }
            exchange = next
        }
    }

    /// Ends what is in flight with `closed` and closes all connections; later requests end with `closed`.
    public func close() async {
        await loop.close()
    }
}
