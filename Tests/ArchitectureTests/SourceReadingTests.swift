import Testing

/// The tests of this target see what they are meant to see.
@Suite(.timeLimit(.minutes(3)))
struct SourceReadingTests {
    @Test(
        "comments and texts are no code",
        arguments: [
            (#"a // try!"#, "try!", false), (#"let a = "try!""#, "try!", false), (#"try! a"#, "try!", true),
            (#"/* /* x */ try! */ a"#, "try!", false), (##"let a = #"\(try! b)"#"##, "try!", false),
            (##"let a = #"\#(try! b)"#"##, "try!", true), (#"let a = "\(try! f("x)"))""#, "try!", true),
            (#"let a = "\(f("try!"))""#, "try!", false),
            ("let a = \"\"\"\n  \" try!\n\"\"\"\nb", "try!", false),
            (#"let a = "\"try!""#, "try!", false), (#"let a = "//"; try! b"#, "try!", true),
        ]
    )
    func blanks(_ text: String, _ word: String, _ isSeen: Bool) {
        let blanked = SourceBlanking.blanked(text)
        #expect(blanked.contains(word) == isSeen, "\(blanked)")
        #expect(blanked.utf8.count == text.utf8.count)
        #expect(blanked.split(separator: "\n").count == text.split(separator: "\n").count)
    }

    @Test func functionsAreMeasured() {
        let file = SourceFile(
            path: "Sources/A/B.swift",
            text: """
                protocol P {
                    func required(_ a: Int)
                    init(required: Int)
                }
                struct S {
                    init(a: () -> Void = { print("}") }) { self.init() }
                    func long(
                        _ b: [Int]
                    ) async throws(E) -> Int
                    where B: C {
                        func inner() { if true { } }
                        return S.init(b).function { $0 }
                    }
                }
                """
        )
        let expected = [("init", 6, 1), ("long", 7, 7), ("inner", 11, 1)]
        #expect(file.functions == expected.map { FunctionExtent(name: $0.0, line: $0.1, lineCount: $0.2) })
    }
}
