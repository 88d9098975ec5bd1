import Foundation
import Testing

/// Money never passes through binary floating point, from the store's JSON to Sage 300's: the domain names no such type
/// and writes no such literal, and the rooms an amount passes through have none but for times.
@Suite(.timeLimit(.minutes(3)))
struct SourceScanTests {
    private static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources").resolvingSymlinksInPath()

    private static func files(of room: String) throws -> [(name: String, lines: [Substring])] {
        // In a package of this room alone the sources are a link.
        let folder = sources.appendingPathComponent(room).resolvingSymlinksInPath()
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".swift")
        }
        return try names.map { name in
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            return ("\(room)/\(name)", text.split(separator: "\n"))
        }
    }

    @Test func noBinaryFloatingPointInTheDomain() throws {
        let files = try Self.files(of: "Accounting")
        #expect(files.contains { $0.name == "Accounting/Amounts/Amount.swift" })
        for file in files {
            for line in file.lines { #expect(offence(in: line) == nil, "\(file.name): \(line)") }
        }
    }

    @Test(
        "an amount passes through no binary floating point",
        arguments: [
            "ExactJSON", "AdobeCommerce", "Publishing", "Messaging", "Storage", "Posting", "Sage300",
            "Replay",
            "PostgresClient", "connectorctl",
        ]
    )
    func noBinaryFloatingPoint(_ room: String) throws {
        guard FileManager.default.fileExists(atPath: Self.sources.appendingPathComponent(room).path) else {
            return
        }
        for file in try Self.files(of: room) where !Self.aboutTimes.contains(file.name) {
            for line in file.lines {
                let offence = offence(in: line)
                #expect(offence == nil || offence == "TimeInterval", "\(file.name): \(line)")
            }
        }
    }

    /// Files that turn an instant into seconds, and hold no amount.
    private static let aboutTimes: Set<String> = [
        "PostgresClient/Values/Date+Postgres.swift", "Messaging/Envelope+Time.swift",
    ]

    @Test(
        "the scan sees",
        arguments: [
            ("let a: Double = 1", "Double"), ("let a = 1.5 // cents", "1.5"), ("f(Float80(b))", "Float80"),
            ("let t: TimeInterval", "TimeInterval"), ("/// Double", nil), ("f(\"4.5 Float\")", nil),
            ("let isDoubled = $0.amount", nil), ("map { $0.0 + $1.0 }", nil), ("x(0...1)", nil),
            ("10.rounded()", nil),
        ]
    )
    func sees(_ line: String, _ expected: String?) {
        #expect(offence(in: line[...]) == expected)
    }

    private let types: Set<String> = [
        "Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat", "TimeInterval",
        "doubleValue",
    ]

    /// The first binary floating-point type or literal of a line, its comment and text literals aside.
    private func offence(in line: Substring) -> String? {
        let code = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " ")
        let uncommented = code.split(separator: "//", omittingEmptySubsequences: false).first ?? ""
        return uncommented.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "$") }
            .lazy.compactMap(offence(inWord:)).first
    }

    private func offence(inWord word: Substring) -> String? {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        if let type = parts.first(where: { types.contains(String($0)) }) { return String(type) }
        let isLiteral = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        return isLiteral ? String(word) : nil
    }
}
