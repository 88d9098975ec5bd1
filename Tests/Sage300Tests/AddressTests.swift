import Sage300
import Testing

struct AddressTests {
    @Test(arguments: [
        ("https://erp.example.com/Sage300WebApi", "https://erp.example.com/Sage300WebApi"),
        ("HTTPS://ERP.Example.COM/Sage300WebApi///", "https://erp.example.com/Sage300WebApi"),
        ("https://erp.example.com:443/Sage300WebApi", "https://erp.example.com/Sage300WebApi"),
        ("http://erp.example.com:80", "http://erp.example.com"),
        ("http://erp.example.com:443/", "http://erp.example.com:443"),
        ("http://10.0.0.5:8080/Sage300WebApi", "http://10.0.0.5:8080/Sage300WebApi"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ])
    func spellingsOfOneServerAreOne(_ text: String, _ normal: String) {
        #expect(SageAddress(text)?.text == normal)
        #expect(SageAddress(text) == SageAddress(normal))
    }

    @Test func thePathsCaseDoesNotMakeAnotherServer() {
        let one = SageAddress("https://erp.example.com/Sage300WebApi")
        let other = SageAddress("https://ERP.example.com:443/sage300webapi/")
        #expect(one?.identity == other?.identity)
        #expect(one?.text == "https://erp.example.com/Sage300WebApi")
    }

    @Test(arguments: [
        "", "erp.example.com", "ftp://erp.example.com", "https://", "https:///Sage300WebApi", "https://:443/",
        "https://me:secret@erp.example.com", "https://erp.example.com/?a=b", "https://erp.example.com/#x",
        "https://erp.example.com/a b", "https://erp.example.com/ü", "https://erp.example.com\\x",
    ])
    func noAddress(_ text: String) { #expect(SageAddress(text) == nil) }
}
