/// One request as it goes on the wire.
public struct HTTPRequest: Sendable {
    /// The methods of the APIs spoken to; the raw value is the word on the wire.
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case head = "HEAD"
    }

    /// GET and HEAD are the ones that may go twice; see `HTTPClient`.
    public var method: Method

    /// Absolute, http or https, already percent-encoded, without user name or password. It is sent as written:
    /// no path segment is folded and nothing is encoded again.
    public var url: String

    /// Sent in order. `Content-Length`, `Transfer-Encoding` and `Connection` are the client's own and refused
    /// here; `Content-Type` is sent only if it is given.
    public var headers: HTTPHeaders

    /// Not for GET and HEAD. A POST, PUT or PATCH without a body says `Content-Length: 0`.
    public var body: [UInt8]?

    /// How long the exchange may take.
    public var timeouts: HTTPTimeouts

    /// The largest body taken, in bytes after gzip decoding; a larger one ends the exchange with `bodyTooLarge`.
    public var maximumBodyBytes: Int

    /// How many redirects are followed; with 0 a redirect is returned as the answer it is.
    ///
    /// Only to http or https, never from https to http. A redirect to another scheme, host or port is followed
    /// without `Authorization`, `Cookie`, `Proxy-Authorization` and whatever other header names a key, a token
    /// or a secret. 303 becomes a GET, and so do 301 and 302 after a POST.
    public var followsRedirects: Int

    /// Checks nothing; `HTTPClient.send` refuses what cannot be sent.
    public init(
        method: Method = .get,
        url: String,
        headers: HTTPHeaders = .init(),
        body: [UInt8]? = nil,
        timeouts: HTTPTimeouts = .init(),
        maximumBodyBytes: Int = 32 << 20,
        followsRedirects: Int = 0
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maximumBodyBytes = maximumBodyBytes
        self.followsRedirects = followsRedirects
    }
}

/// Three deadlines; the first one that passes ends the exchange.
public struct HTTPTimeouts: Sendable, Hashable {
    /// From the start of a connection attempt to a usable connection: name lookup, TCP and TLS. Waiting for a
    /// free connection does not count.
    public var connect: Duration

    /// From handing the request to a connection to the first line of the final answer; sending the body
    /// counts, an interim answer (1xx) does not stop it. Applies anew to each redirect followed.
    public var firstByte: Duration

    /// From the call of `send` to the last byte, waiting for a free connection and redirects included.
    public var total: Duration

    /// Zero and negative durations have passed at once, but for `connect`, which is a millisecond at least.
    public init(
        connect: Duration = .seconds(10),
        firstByte: Duration = .seconds(60),
        total: Duration = .seconds(120)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.total = total
    }
}
