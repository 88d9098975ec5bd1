import Foundation
import Testing

@testable import Tenancy

/// What `tenant apply` takes is what AdobeCommerce can sign: both are held to `Tests/StoreAddresses.txt`.
@Suite struct AdobeAddressTests {
    private static let cases: [(String, String)] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "StoreAddresses.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let halves = line.split(separator: "\t", maxSplits: 1)
            return (String(halves[0]), String(halves[halves.count - 1]))
        }
    }()

    @Test func thereAreCases() { #expect(Self.cases.count > 40) }

    @Test("normalises or refuses", arguments: cases)
    func reads(_ typed: String, _ expected: String) {
        #expect(AdobeAddress.normalized(typed) == (expected.hasPrefix("!") ? nil : expected))
    }

    @Test(arguments: ["", "https://shop.example.com/\n", " https://shop.example.com"])
    func whiteSpaceIsNoPartOfAnAddress(_ typed: String) {
        #expect(AdobeAddress.normalized(typed) == nil)
    }
}
