import Testing

/// What no file of the product may hold.
@Suite(.timeLimit(.minutes(3)))
struct CodeRulesTests {
    @Test(
        "nothing is forced and nothing is left to do",
        arguments: [
            #"\btry!"#, #"\bas!"#, #"\bfatalError\b"#,
        ]
    )
    func nothingIsForced(pattern: String) throws {
        let expression = try Regex(pattern, as: Substring.self)
        for file in Checkout.sources { #expect(file.places(of: expression) == []) }
    }

    @Test func nothingIsLeftToDo() throws {
        let expression = /\b(?:TODO|FIXME|XXX|HACK)\b/
        for file in Checkout.sources {
            let places = file.lines.enumerated().filter { $0.element.contains(expression) }.map {
                "\(file.path):\($0.offset + 1)"
            }
            #expect(places == [])
        }
    }

    @Test("what the compiler cannot check is explained")
    func uncheckedIsExplained() {
        for file in Checkout.sources {
            for (index, line) in file.code.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let before = index > 0 ? file.lines[index - 1].drop { $0 == " " } : ""
                #expect(before.hasPrefix("//"), "\(file.path):\(index + 1) has no comment before it")
            }
        }
    }

    @Test(
        "money is never binary",
        arguments: [
            "Accounting", "ExactJSON", "Sage300", "AdobeCommerce", "Storage", "Messaging", "Publishing",
            "Posting",
            "Replay", "Onboarding", "Reconciliation",
        ]
    )
    func noBinaryFloatingPoint(room: String) throws {
        let expression = /\b(?:Double|Float|Float16|Float32|Float64|Float80|CGFloat|doubleValue|floatValue)\b/
        for file in Checkout.rooms[room] ?? [] {
            #expect(file.places(of: expression) == [])
        }
    }

    @Test("no function is longer than 70 lines")
    func functionsAreShort() {
        for file in Checkout.sources {
            let long = file.functions.filter { $0.lineCount > 70 }
            #expect(
                long.isEmpty,
                "\(file.path): \(long.map { "\($0.name) at \($0.line) has \($0.lineCount) lines" })"
            )
        }
    }
}
