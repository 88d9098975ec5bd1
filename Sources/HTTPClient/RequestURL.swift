import CCurl

/// A URL as libcurl's own parser understands it, so that what is checked is what is connected to.
struct RequestURL: Sendable {
    /// What goes to libcurl: as the caller wrote it.
    let text: String
    let scheme: String
    let host: String
    let port: String

    /// Scheme, host, port and path: what may be shown in errors and logs.
    let redacted: String

    init(_ text: String) throws(HTTPError) {
        let handle = URLHandle()
        // Printable ASCII without the space: everything else has to be percent-encoded by the caller.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), handle.parse(text) else {
            throw HTTPError(.badURL, mayHaveBeenSent: false, detail: "not an absolute, encoded URL")
        }
        try self.init(text, handle)
    }

    /// The target of a redirect from here; `nil` if `location` makes no URL.
    func resolving(_ location: String) throws(HTTPError) -> RequestURL? {
        let handle = URLHandle()
        guard handle.parse(text), handle.resolve(location), let target = handle.part(CURLUPART_URL) else {
            return nil
        }
        return try RequestURL(target)
    }

    func hasSameOrigin(as other: RequestURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    private init(_ text: String, _ handle: borrowing URLHandle) throws(HTTPError) {
        guard
            let scheme = handle.part(CURLUPART_SCHEME)?.lowercased(),
            let host = handle.part(CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = handle.part(CURLUPART_PORT),
            let path = handle.part(CURLUPART_PATH)
        else { throw HTTPError(.badURL, mayHaveBeenSent: false, detail: "not an absolute, encoded URL") }
        guard scheme == "http" || scheme == "https" else {
            throw HTTPError(.badURL, mayHaveBeenSent: false, detail: "neither http nor https: \(scheme)")
        }
        self.text = text
        self.scheme = scheme
        self.host = host
        self.port = port
        redacted = "\(scheme)://\(host):\(port)\(path)"
    }
}

/// Owns one `CURLU`.
private struct URLHandle: ~Copyable {
    private let handle: OpaquePointer

    init() {
        guard let handle = curl_url() else { preconditionFailure("out of memory") }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    func parse(_ text: String) -> Bool {
        let flags = UInt32(CURLU_PATH_AS_IS | CURLU_DISALLOW_USER)
        return curl_url_set(handle, CURLUPART_URL, text, flags) == CURLUE_OK
    }

    /// Servers send redirects with spaces and the like in them; those are encoded.
    func resolve(_ location: String) -> Bool {
        let flags = UInt32(CURLU_URLENCODE | CURLU_DISALLOW_USER)
        return curl_url_set(handle, CURLUPART_URL, location, flags) == CURLUE_OK
    }

    func part(_ part: CURLUPart) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &value, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let value else {
            return nil
        }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
