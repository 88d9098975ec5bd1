import Foundation
import Testing

@testable import ExactJSON

@Suite struct ExactJSONTests {
    @Test(
        "prints what it read",
        arguments: [
            "null", "true", "-0", "93.60", "1e3", "0.30000000000000004", #""a\"b\\c\n""#, "[]", "{}",
            #"{"b":1,"a":[1,{"c":null}]}"#, #""é€😀""#, #""\u0001""#,
        ]
    )
    func roundTrip(_ text: String) throws {
        #expect(try JSON(parsing: text).text == text)
    }

    @Test(
        "refuses what is not JSON",
        arguments: [
            "", " ", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "tru", "truth", "01", "1.", ".5",
            "-", "1e",
            "\"", "\"\\x\"", "\"\\u12\"", "\"\n\"", "nul", "1 2", "<html></html>", "[1]]", "+1", "NaN",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test func writesEveryCharacterSoThatItReadsBack() throws {
        let controls = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar($0) }))
        let text = "plain \"quoted\" back\\slash " + controls + "é 漢 😀 \u{2028} end\\"
        let json: JSON = ["key \"\n": .string(text), "": [.string(""), .null, true, .int(-7)]]
        #expect(try JSON(parsing: json.text) == json)
        #expect(try JSON(parsing: json.bytes) == json)
        #expect(try JSON(parsing: json.prettyText) == json)
        #expect(JSON.string("\u{1}\u{1f}\u{0}\t").text == #""\u0001\u001f\u0000\t""#)
        #expect(JSON.array([.int(1), ["a": []]]).text == #"[1,{"a":[]}]"#)
        #expect(
            JSON.object(["a": [1, "b"], "c": [:]]).prettyText
                == "{\n  \"a\": [\n    1,\n    \"b\"\n  ],\n  \"c\": {}\n}"
        )
    }

    @Test(
        arguments: [
            "0", "-0", "0.0", "-0.00", "7", "-7", "93.60", "-93.6000", "0.0001", "156.09",
            "9223372036854775807",
            "9223372036854775808", "-9223372036854775808", "922337203685477580.7", "92233720368547758.08",
            "0.000000000000000001", "12345678901234567890123456789012345678", "1e3", "1.5E-2", "100",
            "1000000",
        ]
    )
    func numbersAreTheDecimalsTheirTextSays(_ text: String) throws {
        let number = try #require(JSONNumber(parsing: text))
        let expected = try #require(Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")))
        let decimal = try #require(number.decimal)
        #expect(decimal == expected)
        // The same texts, whichever way it was made.
        #expect(decimal.description == expected.description && decimal.hashValue == expected.hashValue)
        #expect((decimal * 3 - decimal).description == (expected * 3 - expected).description)
    }

    @Test func refusesInvalidUTF8AndDeepNesting() {
        #expect(throws: JSONError(reason: .invalidUTF8, offset: 2)) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError(reason: .tooDeep(limit: 64), offset: 64)) { try JSON(parsing: deep) }
    }

    /// None of them may trap: a buyer's cart is no place to stop a poller from.
    @Test(
        "a number beyond all bounds has no value",
        arguments: [
            "1e-9223372036854775808", "1e9223372036854775807", "1E+61", "1e-61", "1e99999999999999999999999",
            "123456789012345678901234567890123456789", "-1e-9223372036854775808",
        ]
    )
    func absurdNumbers(_ text: String) throws {
        let json = try JSON(parsing: text)
        #expect(json.decimal == nil && json.int == nil && json.text == text)
        #expect(JSON.string(text).decimal == nil)
    }

    @Test func readsEscapesAndLoneSurrogates() throws {
        #expect(try JSON(parsing: #""\u00e9\ud83d\ude00\/""#).string == "é😀/")
        #expect(try JSON(parsing: #""x\ud83dy""#).string == "x\u{FFFD}y")
        #expect(try JSON(parsing: #""\ud83d\u0041""#).string == "\u{FFFD}A")
    }

    @Test func keepsDecimalsExact() throws {
        let value = try JSON(parsing: "3.133")
        #expect(value.decimal == Decimal(string: "3.133"))
        #expect(try JSON(parsing: "1e3").decimal == 1000)
        #expect(try JSON(parsing: "1e300").decimal == nil)
        #expect(try JSON(parsing: String(repeating: "9", count: 39)).decimal == nil)
        #expect(try JSON(parsing: "\"12.50\"").decimal == Decimal(string: "12.50"))
        #expect(try JSON(parsing: "\"12,50\"").decimal == nil)
        #expect(JSON.decimal(Decimal(string: "-0.01") ?? 0).text == "-0.01")
        #expect(try JSON(parsing: "2.0").int == 2)
        #expect(try JSON(parsing: "2.5").int == nil)
    }

    @Test func objectsKeepOrderAndReplaceInPlace() throws {
        var object: JSONObject = ["z": 1, "a": 2]
        object["z"] = 3
        object["m"] = true
        object["a"] = nil
        #expect(JSON.object(object).text == #"{"z":3,"m":true}"#)
        for number in 0..<60 { object["n\(number)"] = .int(number) }
        object["n7"] = nil
        #expect(object["n59"]?.int == 59 && object["n7"] == nil && object.count == 61)
    }

    @Test func canonicalTextIsIndependentOfOrder() throws {
        let left = try JSON(parsing: #"{"a":{"y":1,"x":[{"q":1,"p":2}]},"b":2}"#)
        let right = try JSON(parsing: #"{"b":2,"a":{"x":[{"p":2,"q":1}],"y":1}}"#)
        #expect(left != right)
        #expect(left.canonical.text == right.canonical.text)
    }
}
