import ExactJSON
import Foundation
import Logging
import Testing

@testable import ServiceRuntime

/// What a message becomes.
struct LineLogTests {
    /// What may come from outside: line ends of every kind, colours, a window's title, turned-round text.
    private static let hostile = [
        "one\ntwo", "one\r\ntwo\rthree", "one\u{0B}two\u{0C}three\u{85}four", "one\u{2028}two\u{2029}three",
        "\u{1B}[2J\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{07}", "\u{9B}31mred", "a\u{0}b\u{8}\u{7F}c",
        "\n2026-01-01T00:00:00.000Z ERROR poller: forged", "invoice \u{202E}fdp.exe", "\u{2066}x\u{2069}",
    ]

    private func line(
        _ message: String,
        _ metadata: Logger.Metadata = [:],
        as format: ServiceEnvironment.LogFormat
    ) -> String {
        LineLogHandler(label: "poller", level: .info, format: format).line(
            of: LogEvent(
                level: .warning,
                message: "\(message)",
                metadata: metadata,
                source: "",
                file: "",
                function: "",
                line: 1
            ),
            at: Date(timeIntervalSince1970: 1_767_225_600.25)
        )
    }

    private func expectOneTameLine(_ line: String) {
        #expect(line.hasSuffix("\n"))
        let control = line.dropLast().unicodeScalars.filter {
            $0.properties.generalCategory == .control || $0.properties.isBidiControl
                || ["\u{2028}", "\u{2029}"].contains($0)
        }
        #expect(control.isEmpty, "\(line.debugDescription)")
    }

    @Test func textIsTimeLevelServiceAndMessage() {
        let text = line("3 orders", ["tenant": "acme", "company": "SAMINC"], as: .text)
        #expect(text == "2026-01-01T00:00:00.250Z WARNING poller: 3 orders company=SAMINC tenant=acme\n")
    }

    @Test func jsonIsAnObject() throws {
        let json = try JSON(parsing: line("3 \"orders\" \\ é", ["tenant": "acme"], as: .json))
        #expect(json["time"]?.string == "2026-01-01T00:00:00.250Z")
        #expect(json["level"]?.string == "warning")
        #expect(json["service"]?.string == "poller")
        #expect(json["message"]?.string == "3 \"orders\" \\ é")
        #expect(json["tenant"]?.string == "acme")
    }

    @Test(arguments: hostile)
    func messageIsOneTameLine(_ message: String) throws {
        expectOneTameLine(line(message, as: .text))
        let json = line(message, as: .json)
        expectOneTameLine(json)
        // Whoever prints the text of a field is safe, too.
        let text = try #require(try JSON(parsing: json)["message"]?.string)
        expectOneTameLine(text + "\n")
    }

    @Test(arguments: hostile)
    func fieldsAreOneTameLine(_ value: String) throws {
        let metadata: Logger.Metadata = ["url": "\(value)", "list": ["\(value)"]]
        expectOneTameLine(line("x", metadata, as: .text))
        let json = line("x", metadata, as: .json)
        expectOneTameLine(json)
        expectOneTameLine(try #require(try JSON(parsing: json)["url"]?.string) + "\n")
    }

    @Test func controlsStayReadable() {
        #expect(line("a\u{1B}[31mb\tc", as: .text).hasSuffix(": a\\u{1B}[31mb\\u{9}c\n"))
        #expect(line("one\r\ntwo", as: .text).hasSuffix(": one two\n"))
        #expect(line("żółć 😀 é", as: .text).hasSuffix(": żółć 😀 é\n"))
    }

    @Test func fieldsDoNotReplaceWhatEveryLineHas() throws {
        let json = try JSON(parsing: line("true", ["message": "false", "level": "trace"], as: .json))
        #expect(json["message"]?.string == "true")
        #expect(json["level"]?.string == "warning")
    }

    @Test func metadataOfTheLoggerGoesWithEveryMessage() throws {
        var handler = LineLogHandler(label: "poller", level: .info, format: .text)
        handler[metadataKey: "tenant"] = "acme"
        let event = LogEvent(
            level: .info,
            message: "x",
            metadata: nil,
            source: "",
            file: "",
            function: "",
            line: 1
        )
        #expect(handler.line(of: event, at: Date()).hasSuffix(" INFO poller: x tenant=acme\n"))
        #expect(handler[metadataKey: "tenant"] == "acme")
    }
}
