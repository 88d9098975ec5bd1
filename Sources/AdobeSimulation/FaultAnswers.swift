extension Fault {
    /// The answer given instead of the store's own; nil for faults that spoil the real one or the connection.
    func answer(report: Int) -> StoreResponse? {
        switch kind {
        case .status503html:
            return html(
                503,
                title: "Service Temporarily Unavailable",
                text: "The server is down for maintenance."
            )
        case .html200:
            return html(200, title: "Checking your browser", text: "Please enable cookies to continue.")
        case .status429:
            var response = StoreResponse(
                status: 429,
                body: Array(#"{"message":"Too Many Requests","trace":null}"#.utf8)
            )
            if let retryAfter { response.headers.append(("Retry-After", String(retryAfter))) }
            return response
        case .status500: return AdobeError.masked(report).response
        case .fatal500:
            let text = "Server internal error. See details in report api/\(report)"
            let body: String = #"{"messages":{"error":[{"code":500,"message":"\#(text)"}]}}"#
            return StoreResponse(status: 500, body: Array(body.replacing("/", with: "\\/").utf8))
        case .oauthRefuse: return AdobeError.invalidSignature.response
        case .latency, .truncate, .reset, .stall, .invalidUTF8: return nil
        }
    }

    private func html(_ status: Int, title: String, text: String) -> StoreResponse {
        let page =
            "<!doctype html>\n<html><head><title>\(title)</title></head><body><h1>\(title)</h1><p>\(text)</p></body></html>\n"
        var headers = [(name: "Content-Type", value: "text/html; charset=utf-8")]
        if status == 503, let retryAfter { headers.append((name: "Retry-After", value: String(retryAfter))) }
        return StoreResponse(status: status, headers: headers, body: Array(page.utf8))
    }
}

extension StoreResponse {
    /// With a lone continuation byte inside the first string it finds, or at the end.
    var withInvalidUTF8: StoreResponse {
        var spoilt = self
        let place = body.lastIndex(of: UInt8(ascii: "\"")) ?? body.endIndex
        spoilt.body.insert(0x9C, at: place)
        return spoilt
    }
}
