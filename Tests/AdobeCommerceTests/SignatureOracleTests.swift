import Accounting
import ExactJSON
import Foundation
import Testing

@testable import AdobeCommerce

/// What the client signs and sends, verified by code that is not ours: oauthlib, and models of both generations of
/// Adobe Commerce's own verifier, all in `Oracle/verify_signatures.py`.
@Suite struct SignatureOracleTests {
    private static let alphabet = Array(
        "abzAZ09-._~ %&=+?#,;:@/'\"\\`<>[]{}|^$!*()éßñ漢字😀𝄞\u{1F468}\u{200D}\u{1F469}\u{301}\u{FEFF}\u{7F}\n\r\t\u{1}"
    )

    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Oracle/verify_signatures.py")

    private static let requests = 10_500
    private static let changedRequests = 2625

    @Test(.timeLimit(.minutes(5))) func everyGenerationOfStoresAcceptsEveryRequest() async throws {
        // On a thread of its own: half a minute of work would keep other tests from their time limits.
        let verdicts = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<JSONObject, any Error>) in
            Thread { continuation.resume(with: Result { try allVerdicts() }) }.start()
        }
        #expect(Set(verdicts.map(\.name)) == ["oauthlib", "laminas", "native"])
        for (verifier, verdict) in verdicts {
            #expect(
                verdict["genuine"]?.int == Self.requests && verdict["refused"] == [],
                "\(verifier): \(verdict)"
            )
            #expect(
                verdict["changed"]?.int == Self.changedRequests && verdict["accepted"] == [],
                "\(verifier): \(verdict)"
            )
        }
    }

    private func allVerdicts() throws -> JSONObject {
        var random = SplitMix(state: 26)
        var lines: [JSON] = []
        for round in 0..<Self.requests {
            let sent = Sent(query: query(round, &random), round: round, &random)
            lines.append(sent.line(isGenuine: true))
            if round % 20 == 0 { lines += sent.changed.map { $0.line(isGenuine: false) } }
        }
        return try #require(try verify(lines).object)
    }

    /// Names that `AdobeQuery.problem` refuses, it refuses for a reason: the generations do not agree on them.
    @Test func theModelsDisagreeWhereTheClientRefuses() throws {
        var random = SplitMix(state: 27)
        let query: AdobeQuery = ["a[10]": "x", "a[9]": "y"]
        #expect(query.problem == .longIndex)
        let verdicts = try verify([Sent(query: query, round: 1, &random).line(isGenuine: true)])
        #expect(verdicts["oauthlib"]?["refused"] == [] && verdicts["laminas"]?["refused"]?.array?.count == 1)
    }

    /// One third as the client asks, the rest with any names it would send.
    private func query(_ round: Int, _ random: inout SplitMix) -> AdobeQuery {
        if round % 3 == 0 { return searchQuery(&random) }
        while true {
            var query = AdobeQuery()
            for _ in 0..<Int(random.next() % 8) {
                query[name(&random)] = random.text(Self.alphabet, upTo: 12)
            }
            if query.problem == nil { return query }
        }
    }

    private func searchQuery(_ random: inout SplitMix) -> AdobeQuery {
        let conditions: [SearchCriteria.Condition] = [.equal, .greater, .greaterOrEqual, .within, .notEqual]
        let groups = (0..<Int(random.next() % 5)).map { _ in
            (0..<Int(1 + random.next() % 2)).map { _ in
                SearchCriteria.Filter(
                    random.text(Self.alphabet, upTo: 12),
                    conditions[Int(random.next() % 5)],
                    random.text(Self.alphabet, upTo: 24)
                )
            }
        }
        var query = SearchCriteria(
            groups,
            sortedBy: ["updated_at", "entity_id"],
            pageSize: Int(random.next() % 300)
        )
        .query
        query["fields"] = "items[\(Projection.shipment.fields),updated_at],total_count"
        return query
    }

    private func name(_ random: inout SplitMix) -> String {
        let first = Array("abcxyzABCXYZ_")
        let rest = Array("abcxyzABCXYZ_0123456789")
        var name = random.text(first, upTo: 3) + random.text(rest, upTo: 3)
        for _ in 0..<Int(random.next() % 4) { name += "[\(random.text(rest, upTo: 3))]" }
        return name
    }

    private func verify(_ lines: [JSON]) throws -> JSON {
        let input = FileManager.default.temporaryDirectory.appending(path: "signatures-\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: input) }
        try Data(lines.map(\.text).joined(separator: "\n").utf8).write(to: input)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [Self.script.path]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            "needs python3-oauthlib; see deploy/install-dependencies"
        )
        return try JSON(parsing: Array(printed))
    }
}

/// A request as it goes out.
private struct Sent {
    var method = "GET"
    var url: String
    var authorization: String
    var consumerSecret: String
    var tokenSecret: String

    init(query: AdobeQuery, round: Int, _ random: inout SplitMix) {
        let secretCharacters = Array("abcxyz0189-._~ %&=+é漢😀")
        let secrets = (0..<4).map { _ in "s" + random.text(secretCharacters, upTo: 12) + "s" }
        let signer = OAuth1Signer(
            credentials: .init(
                consumerKey: .init(secrets[0]),
                consumerSecret: .init(secrets[1]),
                accessToken: .init(secrets[2]),
                accessTokenSecret: .init(secrets[3])
            )
        )
        let port = round % 4 == 0 ? ":8443" : ""
        let address = "https://shop.example.com\(port)/rest/default/V1/orders"
        authorization = signer.authorization(
            method: "GET",
            url: address,
            query: query,
            timestamp: Int64(1_700_000_000 + round)
        )
        url = query.pairs.isEmpty ? address : "\(address)?\(query.text)"
        consumerSecret = secrets[1]
        tokenSecret = secrets[3]
    }

    /// The same with one thing changed on the way, or known wrongly.
    var changed: [Sent] {
        let changes: [(inout Sent) -> Void] = [
            { $0.method = "POST" }, { $0.url = $0.url.replacing("/orders", with: "/invoices") },
            { $0.url += $0.url.contains("?") ? "&x=1" : "?x=1" }, { $0.consumerSecret += "x" },
            { $0.tokenSecret = "" },
        ]
        return changes.map { change in
            var copy = self
            change(&copy)
            return copy
        }
    }

    func line(isGenuine: Bool) -> JSON {
        [
            "method": .string(method), "url": .string(url), "authorization": .string(authorization),
            "consumerSecret": .string(consumerSecret), "tokenSecret": .string(tokenSecret),
            "isGenuine": .bool(isGenuine),
        ]
    }
}
