import Foundation
import Testing

@testable import Accounting

/// Where secrets lie, and what is left of them.
struct SecretMemoryTests {
    @Test("what was let go of is zeros", arguments: [1, 63, 64, 65, 1000, 70_000])
    func isWiped(count: Int) {
        var memory: SecretMemory? = SecretMemory(count: count)
        let bytes = memory?.bytes
        bytes?.initializeMemory(as: UInt8.self, repeating: 0x5A)
        #expect(bytes?.allSatisfy { $0 == 0x5A } == true)
        // Its pages stay: others find zeros there, and so may this test, as long as nobody else takes them meanwhile.
        memory = nil
        #expect(bytes?.contains { $0 == 0x5A } == false)
    }

    @Test func manySecretsKeepApart() {
        let secrets = (0..<1500).map {
            Secret("secret number \($0) " + String(repeating: "x", count: $0 % 300))
        }
        for (index, secret) in secrets.enumerated() {
            #expect(secret.withText { $0.hasPrefix("secret number \(index) x") || index % 300 == 0 })
        }
        #expect(secrets[7] == Secret("secret number 7 xxxxxxx"))
        #expect(secrets[7] != secrets[8])
        #expect(Set(secrets).count == 1500)
    }

    @Test("core files leave its pages out")
    func isLeftOutOfCoreFiles() throws {
        let secret = Secret("a secret of more than a few bytes")
        let address = secret.withBytes { UInt(bitPattern: $0.baseAddress) }
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var isOurs = false
        var flags: Substring?
        for line in maps.utf8.split(separator: UInt8(ascii: "\n")).map({ Substring($0) }) {
            let range = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            if range.count == 2 { isOurs = range[0] <= address && address < range[1] }
            if isOurs, line.hasPrefix("VmFlags:") { flags = line }
        }
        #expect(flags?.split(separator: " ").contains("dd") == true, "\(flags ?? "not found")")
        withExtendedLifetime(secret) {}
    }

    @Test func textComesBackAsItWas() {
        for text in ["", "a", "Pa55-wörd", "\u{0}nul", "🔑 key", String(repeating: "é", count: 4000)] {
            #expect(Secret(text).withText { $0 } == text)
            #expect(Secret(text).isEmpty == text.isEmpty)
            #expect("\(Secret(text))" == "[secret]")
        }
        #expect(Secret(" \n spaced\t").trimmed == Secret("spaced"))
    }
}
