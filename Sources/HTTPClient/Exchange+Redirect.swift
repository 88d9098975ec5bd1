extension Exchange {
    /// The exchange `response` asks for, or `nil` if it is not a redirect.
    func following(_ response: HTTPResponse) throws(HTTPError) -> Exchange? {
        guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"]
        else { return nil }
        guard request.followsRedirects > 0 else { throw refusedRedirect("too many redirects") }
        let target: RequestURL?
        do { target = try url.resolving(location) } catch {
            throw refusedRedirect("redirect to no web address")
        }
        guard let target else { throw refusedRedirect("redirect to no web address") }
        guard target.scheme == "https" || url.scheme == "http" else {
            throw refusedRedirect("redirect from https to http")
        }
        return redirected(to: target, status: response.status)
    }

    private func redirected(to target: RequestURL, status: Int) -> Exchange {
        var next = self
        next.isRedirected = true
        next.url = target
        next.request.followsRedirects -= 1
        if !target.hasSameOrigin(as: url) { next.request.headers.removeCredentials() }
        let becomesGet =
            status == 303 && request.method != .head || status < 303 && request.method == .post
        if becomesGet {
            next.request.method = .get
            next.request.body = nil
            next.request.headers["Content-Type"] = nil
        }
        return next
    }

    private func refusedRedirect(_ reason: String) -> HTTPError {
        error(.protocolViolation(reason), mayHaveBeenSent: true)
    }
}

extension HTTPHeaders {
    /// By what their names say, since every API has a header of its own for its key. `Host` goes too: it named
    /// the server that is being left.
    mutating func removeCredentials() {
        let marks = ["auth", "cookie", "token", "key", "secret", "password", "session", "signature"]
        for field in fields {
            let name = field.name.lowercased()
            if name == "host" || marks.contains(where: name.contains) { self[field.name] = nil }
        }
    }
}
