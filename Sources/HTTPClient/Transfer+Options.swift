import CCurl

extension Transfer {
    /// Tells libcurl everything about this request; called once, before the handle is added.
    func prepare(_ configuration: HTTPClientConfiguration) throws(CurlFailure) {
        try setTarget()
        try setSafety(configuration)
        try setMethod()
        try easy.setFields(fieldLines())
        try setConnection(configuration)
        try setCallbacks()
    }

    private func setTarget() throws(CurlFailure) {
        try easy.set(CURLOPT_URL, exchange.url.text)
        try easy.set(CURLOPT_PATH_AS_IS, 1)
        // One request a connection at a time: what is on its way is then known exactly.
        try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try easy.set(CURLOPT_ACCEPT_ENCODING, "gzip")
    }

    private func setSafety(_ configuration: HTTPClientConfiguration) throws(CurlFailure) {
        // No SIGPIPE either way: since 7.88 all of libcurl's writes, TLS included, say MSG_NOSIGNAL.
        try easy.set(CURLOPT_NOSIGNAL, 1)
        // Without it, cancelling during a name lookup would block the loop until the lookup has ended.
        try easy.set(CURLOPT_QUICK_EXIT, 1)
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_FOLLOWLOCATION, 0)
        try easy.set(CURLOPT_HTTP09_ALLOWED, 0)
        try easy.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        try easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = configuration.certificateAuthorityFile {
            try easy.set(CURLOPT_CAINFO, file)
            try easy.set(CURLOPT_CAPATH, nil)  // else the system's authorities would be trusted besides
        }
    }

    private func setMethod() throws(CurlFailure) {
        let method = exchange.request.method
        switch method {
        case .get: try easy.set(CURLOPT_HTTPGET, 1)
        case .head: try easy.set(CURLOPT_NOBODY, 1)
        case .delete where exchange.request.body == nil:
            try easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
        case .post, .put, .patch, .delete:
            try easy.set(CURLOPT_POST, 1)
            try easy.setBody(exchange.request.body ?? [])
            if method != .post { try easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
        }
    }

    private func fieldLines() -> [String] {
        let headers = exchange.request.headers
        // Left out unless asked for: waiting for 100-continue costs a second with servers that never send it,
        // and libcurl's guess at the content type is a form.
        let unwanted = ["Expect", "Content-Type"].filter { headers[$0] == nil }.map { "\($0):" }
        return unwanted + headers.map { $0.value.isBlank ? "\($0.name);" : "\($0.name): \($0.value)" }
    }

    private func setConnection(_ configuration: HTTPClientConfiguration) throws(CurlFailure) {
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, exchange.request.timeouts.connect.wholeMilliseconds)
        try easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        // Idle connections are given up before most servers and firewalls do it, so that few requests meet a
        // connection that is just being closed; and no connection outlives a change of DNS for long.
        try easy.set(CURLOPT_MAXAGE_CONN, 30)
        try easy.set(CURLOPT_MAXLIFETIME_CONN, 600)
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try easy.set(CURLOPT_USERAGENT, configuration.userAgent)
        if let proxy = configuration.proxy {
            try easy.set(CURLOPT_PROXY, proxy)
            // Else `no_proxy` of the environment would let names around it.
            try easy.set(CURLOPT_NOPROXY, "")
        }
        if let names = configuration.resolvedNames { try easy.setResolvedNames(names()) }
    }
}

extension String {
    fileprivate var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
}

extension Duration {
    /// Rounded up; at least 1, because 0 means libcurl's own default.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(
            clamping: max(
                1,
                min(seconds, 1 << 20) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            )
        )
    }
}
