import Tenancy
import Testing

/// Which addresses a name may resolve to.
struct AddressPolicyTests {
    @Test(arguments: [
        "93.184.216.34", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.0.1", "100.128.0.1",
        "192.167.1.1",
        "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822",
    ])
    func everybodysAddressIsAllowed(_ address: String) {
        #expect(AddressPolicy.open.allows(address))
        #expect(AddressPolicy.hosted.allows(address))
    }

    @Test(arguments: [
        "127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "100.127.255.255", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.1", "::1", "::",
        "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "64:ff9b:1::7f00:1", "::ffff:0:10.0.0.1", "fec0::1", "::2",
        "::0.1.2.3",
        "2001::80ff:fffe", "2606:2800::5efe:10.0.0.1", "2606:2800::200:5efe:127.0.0.1",
    ])
    func privateAddressesAreForOpenOnly(_ address: String) {
        #expect(AddressPolicy.open.allows(address))
        #expect(!AddressPolicy.hosted.allows(address))
    }

    @Test(arguments: [
        "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "febf::1", "fd00:ec2::254",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::169.254.169.254",
        "fd20:ce::254", "fd00:42::42", "64:ff9b:1:0:0:0:169.254.169.254", "::ffff:0:169.254.169.254",
        "2606:2800::5efe:169.254.169.254", "2001::5601:5601",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "shop.example.com", "", "1.2.3", "0x7f.1", "127.1",
    ])
    func linkLocalMetadataAndNonsenseAreForNobody(_ address: String) {
        #expect(!AddressPolicy.open.allows(address))
        #expect(!AddressPolicy.hosted.allows(address))
    }

    @Test(arguments: [
        ("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("2130706433", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("0xa9fea9fe", "169.254.169.254"), ("169.254.43518", "169.254.169.254"), ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"), ("::ffff:7f00:1", "::ffff:7f00:1"), ("0", "0.0.0.0"),
    ])
    func addressesAreKnownInAllTheirForms(_ host: String, _ address: String) {
        #expect(AddressPolicy.numeric(host) == address)
    }

    @Test(arguments: [
        "shop.example.com", "localhost", "1.2.3.4.5", "0x7g", "256.1.1.1", "", ".", "[x:y]", "1.2.3.4 ",
    ])
    func namesAreLookedUp(_ host: String) { #expect(AddressPolicy.numeric(host) == nil) }

    @Test func plainHTTP() {
        #expect(AddressPolicy.open.allowsPlainHTTP)
        #expect(!AddressPolicy.hosted.allowsPlainHTTP)
        #expect(AddressPolicy(rawValue: "hosted") == .hosted)
        #expect(AddressPolicy(rawValue: "closed") == nil)
    }
}
