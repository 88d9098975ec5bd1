public import Accounting
import Crypto
import Foundation

/// Shows a receiver that a call comes from who knows the secret, and when it was made.
public enum WebhookSignature {
    /// `sha256=` and the HMAC in hexadecimal of `timestamp.body`.
    public static func value(timestamp: String, body: [UInt8], secret: Secret) -> String {
        secret.withBytes { bytes in
            let key = SymmetricKey(data: bytes)
            let code = HMAC<SHA256>.authenticationCode(
                for: Data("\(timestamp).".utf8) + Data(body),
                using: key
            )
            let digits = code.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
            return "sha256=\(digits.joined())"
        }
    }
}
