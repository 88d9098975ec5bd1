import Testing

/// A store is only ever read: no other method than GET may be named where requests to it are made.
@Suite(.timeLimit(.minutes(3)))
struct OnlyReadsTests {
    private let methods = /\.(?:post|put|patch|delete|head)\b|\b(?:POST|PUT|PATCH|DELETE|HEAD)\b/

    @Test("but for the identity service's tokens, the store's room names GET alone")
    func namesGetAlone() throws {
        let room = try #require(Checkout.rooms["AdobeCommerce"])
        #expect(room.count > 30)
        for file in room where !file.path.hasSuffix("/IMSTokenEndpoint.swift") {
            for (index, line) in file.code.enumerated() {
                #expect(!line.contains(methods), "\(file.path):\(index + 1)")
            }
        }
    }

    @Test("requests to a store are made in one place, with GET")
    func makesRequestsInOnePlace() throws {
        let room = try #require(Checkout.rooms["AdobeCommerce"])
        let making = room.filter { $0.code.contains { $0.contains("HTTPRequest(") } }.map(\.path)
        #expect(
            making.sorted() == [
                "Sources/AdobeCommerce/AdobeClient.swift", "Sources/AdobeCommerce/IMSTokenEndpoint.swift",
            ]
        )
        let client = try #require(room.first { $0.path.hasSuffix("/AdobeClient.swift") })
        let lines = client.code.filter { $0.contains("method:") }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("method: .get") })
    }
}
