/// What is wrong with a server's encryption, as far as OpenSSL's words tell it.
public enum CertificateFault: String, Sendable, Hashable, CaseIterable {
    /// Its time is over.
    case expired
    /// Its time has not come, or this machine's clock is behind.
    case notYetValid
    /// It is another host's.
    case otherName
    /// Signed by nobody this machine trusts, or sent without what lies between.
    case unknownAuthority
    /// The server does not speak TLS there at all.
    case notTLS
    /// No protocol version or cipher that both know.
    case noCommonCipher
}

extension HTTPError.Cause {
    /// Which fault ended the handshake; nil when it was none of TLS, or one that is not told apart.
    public var certificateFault: CertificateFault? {
        guard case .tls(let text) = self else { return nil }
        let words = text.lowercased()
        return CertificateFault.signs.first { sign in sign.words.contains { words.contains($0) } }?.fault
    }
}

extension CertificateFault {
    /// libcurl's and OpenSSL's words, which are not translated.
    fileprivate static let signs: [(fault: CertificateFault, words: [String])] = [
        (.expired, ["certificate has expired"]),
        (.notYetValid, ["certificate is not yet valid"]),
        (
            .otherName,
            [
                "does not match target host name", "no alternative certificate subject name",
                "hostname mismatch",
            ]
        ),
        (
            .unknownAuthority,
            [
                "self-signed certificate", "self signed certificate", "unable to get local issuer",
                "unable to get issuer", "unable to verify the first certificate",
            ]
        ),
        (.notTLS, ["wrong version number", "packet length too long", "http request", "unexpected eof"]),
        (
            .noCommonCipher,
            ["no protocols available", "handshake failure", "no shared cipher", "protocol version"]
        ),
    ]
}
