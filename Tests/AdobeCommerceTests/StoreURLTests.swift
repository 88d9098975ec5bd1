import Accounting
import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct StoreURLTests {
    /// The cases that a tenant file is held to as well.
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

    @Test("normalises, or refuses and says why", arguments: cases)
    func reads(_ typed: String, _ expected: String) throws {
        guard expected.hasPrefix("!") else {
            #expect(try StoreURL(typed).text == expected)
            #expect(try StoreURL(expected).text == expected)
            return
        }
        let problem = try #require(StoreURL.Problem(rawValue: String(expected.dropFirst())))
        #expect(throws: AdobeError(.badURL(problem))) { try StoreURL(typed) }
    }

    @Test(
        "white space is no part of an address",
        arguments: [("https://shop.example.com/\n", StoreURL.Problem.path), ("", .scheme)]
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
