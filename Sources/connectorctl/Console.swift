import ArgumentParser
import ExactJSON
import Foundation
import Glibc

/// How a command answers; every command takes it.
struct OutputOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print machine-readable JSON on standard output and nothing else.")
    var isJSON = false
}

/// Standard output for answers, standard error for everything else.
enum Console {
    static func answer(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    static func answer(_ json: JSON) { answer(json.prettyText) }

    static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// True when a person sees standard error.
    static let isTerminal = isatty(STDERR_FILENO) == 1

    /// Replaces the last progress line on a terminal; elsewhere prints a line only when it changed.
    static func progress(_ text: String, last: inout String) {
        guard text != last else { return }
        if isTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
        } else {
            say(text)
        }
        last = text
    }

    /// Ends a progress line.
    static func endProgress(_ last: String) {
        if isTerminal, !last.isEmpty { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    static func time(_ date: Date) -> String { date.formatted(.iso8601) }
}

/// A table whose columns align; numbers to the right.
struct Table {
    enum Alignment { case left, right }

    private let header: [String]
    private let alignment: [Alignment]
    private var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) {
        header = columns.map(\.0)
        alignment = columns.map(\.1)
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return alignment[column] == .right ? padding + cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
