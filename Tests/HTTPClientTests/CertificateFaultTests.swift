import HTTPClient
import Testing

/// OpenSSL's words for what is wrong with a certificate.
@Suite struct CertificateFaultTests {
    @Test(
        arguments: [
            ("SSL certificate problem: certificate has expired", CertificateFault.expired),
            ("SSL certificate problem: certificate is not yet valid", .notYetValid),
            ("SSL: no alternative certificate subject name matches target host name 'a'", .otherName),
            ("SSL: certificate subject name 'a' does not match target host name 'b'", .otherName),
            ("SSL certificate problem: self-signed certificate", .unknownAuthority),
            ("SSL certificate problem: unable to get local issuer certificate", .unknownAuthority),
            ("error:0A00010B:SSL routines::wrong version number", .notTLS),
            ("error:0A000410:SSL routines::sslv3 alert handshake failure", .noCommonCipher),
        ]
    )
    func faults(_ words: String, _ fault: CertificateFault) {
        #expect(HTTPError.Cause.tls(words).certificateFault == fault)
    }

    @Test func otherWordsAndOtherCausesAreNone() {
        #expect(HTTPError.Cause.tls("out of memory").certificateFault == nil)
        #expect(HTTPError.Cause.couldNotConnect.certificateFault == nil)
    }

    @Test func aRefusedConnectionSaysSo() async {
        let client = HTTPClient(configuration: .init(proxy: ""))
        do {
            _ = try await client.send(HTTPRequest(url: "http://127.0.0.1:9/"))
            Issue.record("there was an answer")
        } catch {
            #expect(error.cause == .couldNotConnect)
            #expect(error.detail.contains("Connection refused"), "\(error.detail)")
        }
    }
}
