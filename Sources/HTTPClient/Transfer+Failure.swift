import CCurl

extension Transfer {
    /// What the end of the transfer means for the caller.
    func result(_ failure: CurlFailure) -> Result<HTTPResponse, HTTPError> {
        guard failure.isNone else { return .failure(error(for: failure)) }
        // libcurl takes a connection that ends within the headers for a complete answer.
        guard head.isComplete else { return .failure(error(.connectionLost, "ended within the headers")) }
        return .success(response())
    }

    /// What libcurl's code means for the caller.
    func error(for failure: CurlFailure) -> HTTPError {
        switch refusal {
        case .cause(let cause): error(cause)
        case .resend: error(.connectionLost, "closed before the answer; not sent again")
        case nil: error(cause(of: failure), easy.explanation(of: failure))
        }
    }

    private func cause(of failure: CurlFailure) -> HTTPError.Cause {
        switch failure.code {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
        case CURLE_COULDNT_CONNECT where hasRefusedAddress && !hasOpenedSocket: .addressRefused
        // The other two deadlines are the loop's own.
        case CURLE_OPERATION_TIMEDOUT: .connectTimedOut
        // A single line over 100 kB; libcurl has no better code for it in this version.
        case CURLE_OUT_OF_MEMORY where issuedAt != nil: .protocolViolation("header line too long")
        case _ where failure.isTLS: .tls(easy.explanation(of: failure))
        case _ where failure.isProtocolViolation: .protocolViolation(easy.explanation(of: failure))
        case _ where issuedAt == nil: .couldNotConnect
        default: .connectionLost
        }
    }
}

extension CurlFailure {
    fileprivate var isTLS: Bool {
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED,
        ].contains(code)
    }

    fileprivate var isProtocolViolation: Bool {
        [
            CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
            CURLE_BAD_FUNCTION_ARGUMENT,
        ].contains(code)
    }
}
