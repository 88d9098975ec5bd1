/// What all requests of a client have in common.
public struct HTTPClientConfiguration: Sendable {
    /// Sent as `User-Agent`, unless the request has one.
    public var userAgent: String

    /// Further requests to the same host and port wait for a free connection.
    public var maximumConnectionsPerHost: Int

    /// `http://host:port`; empty for none; `nil` for what the environment says (`http_proxy`, `https_proxy`,
    /// `all_proxy`, `no_proxy`).
    public var proxy: String?

    /// A PEM file with the only authorities to trust; `nil` for those of the system. Certificate and host name
    /// are always verified.
    public var certificateAuthorityFile: String?

    /// Asked with the numeric address (an IPv4-mapped IPv6 address as the IPv4 one) before each connection is
    /// made, after the name has been looked up, so a name cannot be pointed elsewhere in between. Called on the
    /// client's thread: it must not block. Behind a proxy it sees the proxy's address, not the server's.
    public var allowsAddress: (@Sendable (String) -> Bool)?

    /// Whether `http` addresses may be asked, redirects to them included; else they end with `addressRefused`.
    public var allowsPlainHTTP: Bool

    /// Where names lead, in the place of DNS and asked for each request, as `curl --resolve` has it: `host:port:address,…`.
    /// For tests of names that are pointed elsewhere.
    var resolvedNames: (@Sendable () -> [String])?

    /// Checks nothing; a file that is missing shows as `tls` with the first https request.
    public init(
        userAgent: String = "ml-connector",
        maximumConnectionsPerHost: Int = 8,
        proxy: String? = nil,
        certificateAuthorityFile: String? = nil,
        allowsAddress: (@Sendable (String) -> Bool)? = nil,
        allowsPlainHTTP: Bool = true
    ) {
        self.userAgent = userAgent
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.proxy = proxy
        self.certificateAuthorityFile = certificateAuthorityFile
        self.allowsAddress = allowsAddress
        self.allowsPlainHTTP = allowsPlainHTTP
    }
}
