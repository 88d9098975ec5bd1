import Crypto
import Foundation

/// The OAuth 1.0a view of a request (reference 1.1): parameters only from the `Authorization` header, the
/// query as it was sent.
struct OAuthRequest: Sendable {
    /// `oauth_*`, decoded.
    let parameters: [String: String]
    let method: String
    /// Scheme, host and path, nothing decoded.
    let url: String
    let query: String

    /// Nil when the request carries no OAuth header: it is a guest's then, not a bad one.
    init?(_ request: StoreRequest) {
        guard let header = request.header("authorization"),
            let start = header.range(of: "oauth ", options: .caseInsensitive)
        else { return nil }
        var parameters: [String: String] = [:]
        for part in header[start.upperBound...].split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { continue }
            let name = PercentEncoding.decode(Self.trimmed(halves[0]))
            guard name.contains("oauth_") else { continue }  // `realm` is ignored and never signed
            parameters[name] = PercentEncoding.decode(Self.trimmed(halves[1]))
        }
        self.parameters = parameters
        method = request.method
        url = "\(request.scheme)://\(request.host)\(request.path)"
        query = request.query
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\"" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\"" { text = text.dropLast() }
        return text
    }

    var baseString: String {
        var pairs = parameters.filter { $0.key != "oauth_signature" }
        for (name, value) in Self.pairs(ofQuery: query) where !name.contains("oauth_") { pairs[name] = value }
        let encoded = pairs.map { (PercentEncoding.encode($0.key), PercentEncoding.encode($0.value)) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            .map { $0.0 + "=" + $0.1 }
            .joined(separator: "&")
        return [method, url, encoded].map(PercentEncoding.encode).joined(separator: "&")
    }

    func signature(consumerSecret: String, tokenSecret: String) -> String {
        let key = PercentEncoding.encode(consumerSecret) + "&" + PercentEncoding.encode(tokenSecret)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(baseString.utf8),
            using: SymmetricKey(data: Data(key.utf8))
        )
        return Data(code).base64EncodedString()
    }

    /// A pair counts only with exactly one `=`; `+` stays `+`; of repeated names the last wins.
    private static func pairs(ofQuery query: String) -> [(String, String)] {
        query.split(separator: "&").compactMap { part in
            let halves = part.split(separator: "=", omittingEmptySubsequences: false)
            guard halves.count == 2 else { return nil }
            return (PercentEncoding.decode(halves[0]), PercentEncoding.decode(halves[1]))
        }
    }
}

extension StoreRequest {
    /// Why one of Magento's verifiers would compute another signature than the standard says, or nil: the
    /// safe-client rules of reference 1.1.
    var unsafeForMagento: String? {
        if host != host.lowercased() { return "upper case in Host" }
        if host.hasSuffix(":443") || host.hasSuffix(":80") { return "default port in Host" }
        if path.lowercased().contains("%2f") { return "%2F in the path" }
        if query.contains("+") { return "+ in the query" }
        var seen: Set<String> = []
        for part in query.split(separator: "&", omittingEmptySubsequences: false) where !query.isEmpty {
            let halves = part.split(separator: "=", omittingEmptySubsequences: false)
            guard halves.count == 2 else { return "a parameter without exactly one =" }
            let name = PercentEncoding.decode(halves[0])
            guard seen.insert(name).inserted else { return "a repeated parameter" }
            if name.firstMatch(of: #/\[\d{2,}\]/#) != nil { return "an index of two digits" }
        }
        return nil
    }
}
