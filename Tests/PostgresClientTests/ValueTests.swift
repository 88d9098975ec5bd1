import Foundation
import PostgresClient
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct ValueTests {
    private func roundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [Value],
        _ type: String
    ) async throws {
        try await withDatabase { client, _ in
            for value in values {
                let result = try await client.query("select \(value)::\(unescaped: type) as value")
                #expect(try result.first?.get("value", as: Value.self) == value)
            }
        }
    }

    @Test func textComesBackAsItWas() async throws {
        let texts = [
            "", " ", "plain", "Ünïcödé 😀 \u{1F468}\u{200D}\u{1F469}", "'; drop table x; --",
            "$1 \\ \" \n\r\t", "NULL", "\u{7F}",
            String(repeating: "é", count: 100_000),
        ]
        try await roundTrip(texts, "text")
    }

    @Test func numbersComeBackAsTheyWere() async throws {
        try await roundTrip([Int.min, -1, 0, 1, .max], "bigint")
        try await roundTrip([Int64.min, 0, .max], "bigint")
        try await roundTrip([Int32.min, 0, .max], "integer")
        try await roundTrip([true, false], "boolean")
        try await roundTrip([nil, 5] as [Int?], "bigint")
        try await roundTrip([nil, "", "x"] as [String?], "text")
    }

    @Test func decimalsAreExactToTheirExtremes() async throws {
        let posix = Locale(identifier: "en_US_POSIX")
        let texts = [
            "0", "-0.01", "33.10", "0.1", "3.133", "99999999999999999999999999999999999999",
            "-0.00000000000000000000000000000000000001", "12345678901234567890.123456789012345678",
        ]
        let values = texts.compactMap { Decimal(string: $0, locale: posix) }
        try #require(values.count == texts.count)
        try await roundTrip(
            values + [.greatestFiniteMagnitude, .leastFiniteMagnitude, .leastNonzeroMagnitude],
            "numeric"
        )
        try await withDatabase { client, _ in
            for text in texts {
                let query: PostgresQuery =
                    "select \(Decimal(string: text, locale: posix))::numeric::text = \(text)::numeric::text"
                let isSame = try await client.query(query).first?.get(0, as: Bool.self)
                // A scale is not kept: 33.10 is sent as 33.1.
                #expect(isSame == (text != "33.10"))
            }
        }
    }

    @Test(
        "a numeric that Decimal cannot hold is refused",
        arguments: [
            "'NaN'::numeric", "'Infinity'::numeric", "'-Infinity'::numeric", "1e200::numeric",
            "1e-200::numeric",
            "1.23456789012345678901234567890123456789012345::numeric", "1e300::float8", "'12,5'::text",
            "'1e3'::text",
            "''::text", "' 1'::text", "'1.'::text", "'.5'::text", "'+1'::text",
        ]
    )
    func refusesNumeric(_ expression: String) async throws {
        try await withDatabase { client, _ in
            let row = try #require(try await client.query("select \(unescaped: expression) as amount").first)
            let error = await failure { _ = try row.get("amount", as: Decimal.self) }
            #expect(error?.kind == .decoding)
            #expect(error?.message == "column amount holds no Decimal")
        }
    }

    @Test func manyDigitsThatDecimalCanHoldAreRead() async throws {
        try await withDatabase { client, _ in
            let row = try #require(
                try await client.query(
                    "select 1e120::numeric, 0.5000000000000000000000000000000000000000000000"
                ).first
            )
            #expect(try row.get(0) == Decimal(sign: .plus, exponent: 120, significand: 1))
            #expect(try row.get(1) == Decimal(sign: .plus, exponent: -1, significand: 5))
        }
    }

    @Test func instantsKeepTheirMicroseconds() async throws {
        let instants = [0.0, 0.000001, 1_700_000_000.123456, -1.5, -3_000_000_000.000001].map {
            Date(timeIntervalSince1970: $0)
        }
        try await roundTrip(instants, "timestamptz")
        try await withDatabase { client, _ in
            let row = try #require(
                try await client.query("select '2026-03-01 12:00:00.250001+02'::timestamptz as at").first
            )
            #expect(try row.get("at", as: Date.self).timeIntervalSince1970 == 1_772_359_200.250001)
        }
    }

    @Test func anOldInstantAgreesWithTheServer() async throws {
        try await withDatabase { client, _ in
            for seconds: Int64 in [
                -63_549_360_000, 317_358_691_200, -62_135_596_800, -62_135_596_801, 951_782_400, 951_868_799,
            ] {
                let date = Date(timeIntervalSince1970: Double(seconds))
                let query: PostgresQuery =
                    "select extract(epoch from \(date)::timestamptz)::bigint, to_timestamp(\(seconds)::bigint)"
                let row = try #require(try await client.query(query).first)
                #expect(try row.get(0) == seconds)
                #expect(try row.get(1) == date)
            }
        }
    }

    @Test(
        "what is no instant is refused",
        arguments: ["'infinity'::timestamptz", "'-infinity'::timestamptz", "now()::timestamp", "now()::date"]
    )
    func refusesInstant(_ expression: String) async throws {
        try await withDatabase { client, _ in
            let row = try #require(try await client.query("select \(unescaped: expression)").first)
            #expect(await failure { _ = try row.get(0, as: Date.self) }?.kind == .decoding)
        }
    }

    @Test func identifiersBytesAndDocumentsComeBackAsTheyWere() async throws {
        try await roundTrip([UUID(), UUID()], "uuid")
        try await roundTrip([[], [0], Array(0...255), [0x5c, 0x78]] as [[UInt8]], "bytea")
        try await roundTrip([PostgresJSON(text: #"{"a": [1.10, null, "é"]}"#)], "jsonb")
    }

    @Test func fiveMegabytesComeBackAsTheyWere() async throws {
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try await roundTrip([bytes], "bytea")
    }

    @Test func arraysComeBackAsTheyWere() async throws {
        try await roundTrip(
            [[], ["a"], ["", "NULL", "{}", "a,b", "\"\\", "é 😀", " ", "null"]] as [[String]],
            "text[]"
        )
        try await roundTrip([[], [Int64.min, 0, .max]] as [[Int64]], "bigint[]")
        try await roundTrip([[UUID(), UUID()]], "uuid[]")
        try await withDatabase { client, _ in
            let row = try #require(
                try await client.query("select array['a', null], array[[1],[2]], array[true]").first
            )
            #expect(await failure { _ = try row.get(0, as: [String].self) }?.kind == .decoding)
            #expect(await failure { _ = try row.get(1, as: [Int64].self) }?.kind == .decoding)
            #expect(try row.get(2, as: [Bool].self) == [true])
        }
    }

    @Test func whatPostgresCannotStoreIsRefusedBeforeSending() async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(
                uri: try #require(TestDatabase.url),
                applicationName: "encoding"
            )
        )
        #expect(await failure { _ = try await client.query("select \("a\0b")") }?.kind == .encoding)
        #expect(await failure { _ = try await client.query("select \(["a\0b"])") }?.kind == .encoding)
        #expect(await failure { _ = try await client.query("select \(Decimal.nan)") }?.kind == .encoding)
        #expect(
            await failure {
                _ = try await client.query("select \(Date.distantFuture.addingTimeInterval(1e18))")
            }?.kind == .encoding
        )
        #expect(
            await failure { _ = try await client.query("select '\(unescaped: "\0")'") }?.kind == .encoding
        )
        #expect(await failure { try await client.execute(script: "select '\0'") }?.kind == .encoding)
        await client.close()
    }

    @Test func aColumnThatIsMissingNullOrOfAnotherTypeIsNamed() async throws {
        try await withDatabase { client, _ in
            let row = try #require(
                try await client.query("select null as nothing, 'secret' as word, 9999999999 as big").first
            )
            #expect(
                await failure { _ = try row.get("nothing", as: Int.self) }?.message
                    == "column nothing is NULL, not Int"
            )
            #expect(
                await failure { _ = try row.get("word", as: Int.self) }?.message == "column word holds no Int"
            )
            #expect(
                await failure { _ = try row.get("big", as: Int32.self) }?.message
                    == "column big holds no Int32"
            )
            #expect(
                await failure { _ = try row.get("absent", as: Int.self) }?.message
                    == "there is no column absent"
            )
            #expect(await failure { _ = try row.get(3, as: Int.self) }?.kind == .decoding)
            #expect(try row.get("nothing", as: Int?.self) == nil)
        }
    }
}
