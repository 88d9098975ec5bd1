import ExactJSON
import Foundation
import HTTPClient
import Testing

extension EndToEnd {
    /// The walk-through of the documentation, done as it says.
    @Suite struct WalkThroughs {
        @Test(.timeLimit(.minutes(10)))
        func `six answers lead from an empty database to the first preview`() async throws {
            try await withStage(isEmpty: true) { stage in
                let began = ContinuousClock.now
                let store = try await stage.listening(stage.start("adobe-simulator", ["--port", "0"]))
                let sage = try await stage.listening(stage.start("sage-simulator", ["--port", "0"]))
                let day = try #require(
                    stage.dayInVancouver,
                    "the time zone of the simulated store is not known here"
                )
                func real(_ text: String) -> String {
                    text.replacing("http://127.0.0.1:8081", with: store.origin)
                        .replacing("http://127.0.0.1:8082", with: sage.origin).replacing(
                            "2026-11-30",
                            with: day
                        )
                }
                var shown = ""
                var pending: [String]?
                var answers = 0
                func finish(_ answering: [String] = []) async throws {
                    guard let commands = pending else { return }
                    pending = nil
                    shown = try await stage.shell(commands, answering: answering.map(real))
                }
                for step in try WalkThrough().steps {
                    switch step {
                    case .commands(let lines):
                        try await finish()
                        // The simulators are running, on ports of their own; the database is the stage's.
                        pending = lines.filter { !$0.contains("-simulator") && !$0.contains("DATABASE_URL=") }
                    case .answers(let lines):
                        answers += lines.count
                        try await finish(lines)
                    case .output(let lines):
                        try await finish()
                        let missing = WalkThrough.missing(lines.map(real), in: shown)
                        #expect(missing == nil, "\(missing ?? "") is not shown in\n\(shown)")
                    }
                }
                try await finish()
                #expect(answers <= 6)
                let duration = ContinuousClock.now - began
                Rig.report("from an empty database to the first preview: \(duration)")
                #expect(duration < .seconds(600))
                // Neither system was written to, and nothing stands in the books.
                #expect(try await Books(store: store, sage: sage).posted().isEmpty)
                #expect(try await sage.log().requests.allSatisfy { !$0.isWrite })
                #expect(try await stage.states().isEmpty)
            }
        }
    }
}

extension Stage {
    /// The simulated store's calendar day.
    fileprivate var dayInVancouver: String? {
        TimeZone(identifier: "America/Vancouver").map { zone in
            Date().formatted(.iso8601.year().month().day().timeSeparator(.omitted).inTimeZone(zone))
        }
    }
}

extension Date.ISO8601FormatStyle {
    fileprivate func inTimeZone(_ zone: TimeZone) -> Self {
        var style = self
        style.timeZone = zone
        return style
    }
}

extension Stage {
    /// Runs lines of a shell in the stage's folder and requires that each succeeds.
    /// - Returns: what they printed, errors and answers in their order.
    func shell(_ lines: [String], answering answers: [String] = []) async throws -> String {
        let input = try write(answers.map { "\($0)\n" }.joined(), to: "answers")
        let script = try write(
            (["set -e", "exec 2>&1 <\(input)"] + lines).joined(separator: "\n"),
            to: "script"
        )
        let path = "\(try #require(Rig.executables)):\(Rig.inherited["PATH"] ?? "/usr/bin:/bin")"
        let program = try launch(
            URL(filePath: "/bin/sh"),
            [script],
            environment: environment.merging(["PATH": path]) { $1 },
            label: "sh"
        )
        let status = try await program.end(within: .seconds(120))
        try #require(status == 0, "\(lines): \(program.output) \(program.messages)")
        return program.output
    }
}
