import Foundation
import Testing

/// Money never passes through binary floating point: this room names no such type and writes no such literal.
@Suite(.timeLimit(.minutes(1)))
struct SourceScanTests {
    private var sources: URL {
        URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Accounting")
    }

    @Test func noBinaryFloatingPoint() throws {
        let folder = sources.resolvingSymlinksInPath()
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".swift")
        }
        #expect(files.contains("Amounts/Money.swift"))
        for file in files {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for line in text.split(separator: "\n") {
                #expect(offence(in: line) == nil, "\(file): \(line)")
            }
        }
    }

    @Test(
        "the scan sees",
        arguments: [
            ("let a: Double = 1", "Double"), ("let a = 1.5 // cents", "1.5"), ("f(Float80(b))", "Float80"),
            ("let t: TimeInterval", "TimeInterval"), ("/// Double", nil), ("f(\"4.5 Float\")", nil),
            ("let isDoubled = $0.amount", nil), ("x(0...1)", nil), ("10.rounded()", nil),
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
        return uncommented.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
            .lazy.compactMap(offence(inWord:)).first
    }

    private func offence(inWord word: Substring) -> String? {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        if let type = parts.first(where: { types.contains(String($0)) }) { return String(type) }
        let isLiteral = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        return isLiteral ? String(word) : nil
    }
}
