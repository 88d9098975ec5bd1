import Crypto
import Foundation

/// The HMAC-SHA256 signature of one request (RFC 5849 §3.4, reference Adobe 1.1).
struct OAuth1Signature {
    /// `GET`, in capitals.
    let method: String
    /// Everything before the `?`, exactly as it is sent.
    let url: String
    /// Decoded `oauth_` and query parameters, without `oauth_signature`; each name once.
    let parameters: [AdobeQuery.Pair]

    /// What is signed. Query names are encoded here for the second time: once as a parameter, once as part of
    /// the joined text.
    var baseString: String {
        let joined = parameters.map { (name: $0.name.percentEncoded, value: $0.value.percentEncoded) }
            // ASCII by now: in the order of bytes.
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
        return "\(method)&\(url.percentEncoded)&\(joined.percentEncoded)"
    }

    /// Base64 of the HMAC; an absent token secret leaves the `&` of the key.
    func value(consumerSecret: String, tokenSecret: String = "") -> String {
        let key = SymmetricKey(
            data: Array("\(consumerSecret.percentEncoded)&\(tokenSecret.percentEncoded)".utf8)
        )
        let code = HMAC<SHA256>.authenticationCode(for: Array(baseString.utf8), using: key)
        return Data(code).base64EncodedString()
    }
}
