extension Fault {
    /// The answer given instead of the store's own; nil for faults that spoil the real one or the connection.
    func answer(report: Int, now: Int) -> StoreResponse? {
        switch kind {
        case .status503html:
            return html(
                503,
                title: "Service Temporarily Unavailable",
                text: "The server is down for maintenance.",
                now: now
            )
        case .html200:
            return html(
                200,
                title: "Checking your browser",
                text: "Please enable cookies to continue.",
                now: now
            )
        case .status429:
            var response = StoreResponse(
                status: 429,
                body: Array(#"{"message":"Too Many Requests","trace":null}"#.utf8)
            )
            response.headers += retryAfterHeader(now: now)
            return response
        case .status500: return AdobeError.masked(report).response
        case .fatal500:
            let text = "Server internal error. See details in report api/\(report)"
            let body: String = #"{"messages":{"error":[{"code":500,"message":"\#(text)"}]}}"#
            return StoreResponse(status: 500, body: Array(body.replacing("/", with: "\\/").utf8))
        case .oauthRefuse: return reason.error.response
        case .latency, .truncate, .reset, .stall, .invalidUTF8, .oversize: return nil
        }
    }

    private func retryAfterHeader(now: Int) -> [(name: String, value: String)] {
        guard let retryAfter else { return [] }
        return [("Retry-After", retryAfterIsDate ? HTTPDate.text(now + retryAfter) : String(retryAfter))]
    }

    private func html(_ status: Int, title: String, text: String, now: Int) -> StoreResponse {
        let page =
            "<!doctype html>\n<html><head><title>\(title)</title></head><body><h1>\(title)</h1><p>\(text)</p></body></html>\n"
        var headers = [(name: "Content-Type", value: "text/html; charset=utf-8")]
        if status == 503 { headers += retryAfterHeader(now: now) }
        return StoreResponse(status: status, headers: headers, body: Array(page.utf8))
    }
}

extension Fault.Reason {
    fileprivate var error: AdobeError {
        switch self {
        case .signature: .invalidSignature
        case .nonceUsed: .usedNonce
        case .timestamp: .badNonce
        case .unknownToken: .unknownToken
        case .foreignToken: AdobeError(401, "Token is not associated with the specified consumer")
        case .revoked: AdobeError(401, "Access token has been revoked")
        case .unknownConsumer: .unknownConsumer
        case .expiredConsumer: AdobeError(401, "Consumer key has expired")
        case .rights: .notAuthorized("Magento_Sales::actions_view")
        }
    }
}

extension StoreResponse {
    /// Followed by white space, which JSON allows: only its size is wrong.
    func padded(megabytes: Int) -> StoreResponse {
        var padded = self
        let space = [UInt8](repeating: UInt8(ascii: " "), count: min(max(megabytes, 0), 1024) << 20)
        padded.body += space
        return padded
    }

    /// With a lone continuation byte inside the first string it finds, or at the end.
    var withInvalidUTF8: StoreResponse {
        var spoilt = self
        let place = body.lastIndex(of: UInt8(ascii: "\"")) ?? body.endIndex
        spoilt.body.insert(0x9C, at: place)
        return spoilt
    }
}
