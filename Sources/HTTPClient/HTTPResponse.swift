/// A complete answer; the status says whether it is a good one.
public struct HTTPResponse: Sendable {
    /// 200 to 599.
    public let status: Int

    /// As received, in order, without the fields of interim answers and trailers. After gzip decoding
    /// `Content-Encoding` and `Content-Length` still describe what was on the wire.
    public let headers: HTTPHeaders

    /// Decoded; empty for HEAD, 204 and 304.
    ///
    /// A message that ends early is an error, but libcurl does not notice gzip data that end early within a
    /// message of the right length: what is parsed has to be complete in itself.
    public let body: [UInt8]

    /// Whether the request went over a connection that had served another one before.
    public let isReusedConnection: Bool

    /// From the call of `send` to the last byte.
    public let duration: Duration

    /// For tests of code that takes answers.
    public init(
        status: Int,
        headers: HTTPHeaders = .init(),
        body: [UInt8] = [],
        isReusedConnection: Bool = false,
        duration: Duration = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isReusedConnection = isReusedConnection
        self.duration = duration
    }
}
