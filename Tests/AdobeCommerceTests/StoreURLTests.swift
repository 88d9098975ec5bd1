import Accounting
import Testing

@testable import AdobeCommerce

@Suite struct StoreURLTests {
    @Test(
        "normalises",
        arguments: [
            ("https://shop.example.com", "https://shop.example.com"),
            ("HTTPS://Shop.Example.COM/", "https://shop.example.com"),
            ("https://shop.example.com:443", "https://shop.example.com"), ("http://shop:80/", "http://shop"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://shop.example.com:8443/a/b/", "https://shop.example.com:8443/a/b"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
            ("https://shop.example.com/index.php", "https://shop.example.com/index.php"),
            ("http://shop:443", "http://shop:443"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("https://my_shop.internal", "https://my_shop.internal"),
        ]
    )
    func normalises(_ typed: String, _ text: String) throws { #expect(try StoreURL(typed).text == text) }

    @Test(
        "refuses, saying why",
        arguments: [
            ("", StoreURL.Problem.scheme), ("shop.example.com", .scheme), ("ftp://shop.example.com", .scheme),
            ("://x", .scheme),
            ("https://", .host), ("https:///x", .host), ("https://bücher.example", .host),
            ("https://a b", .host), ("https://-x", .host),
            ("https://[::1", .host), ("https://[]", .host), ("https://[fe80::1%25eth0]", .host),
            ("https://[12]", .host),
            ("https://user:pass@shop.example.com", .userInfo), ("https://shop:0", .port),
            ("https://shop:65536", .port),
            ("https://shop:8o", .port), ("https://[::1]x", .port), ("https://shop/rest", .endsInREST),
            ("https://shop/rest/V1/", .endsInREST),
            ("https://shop/REST", .endsInREST), ("https://shop/a/../b", .path), ("https://shop/./b", .path),
            ("https://shop//b", .path),
            ("https://shop/a%2Fb", .path), ("https://shop/a b", .path), ("https://shop?x=1", .query),
            ("https://shop/#a", .query),
            ("https://shop.example.com/\n", .path),
        ]
    )
    func refuses(_ typed: String, _ problem: StoreURL.Problem) {
        #expect(throws: AdobeError(.badURL(problem))) { try StoreURL(typed) }
    }

    @Test func refusalsDoNotRepeatAPassword() throws {
        let error = try #require(throws: AdobeError.self) {
            try StoreURL("https://user:pa55@shop.example.com")
        }
        #expect(!error.description.contains("pa55") && error.failureClass == .mapping)
    }
}
