import ArgumentParser
import ExactJSON
import Foundation
import Glibc
import ServiceRuntime

/// How a command answers; every command takes it.
struct OutputOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print machine-readable JSON on standard output and nothing else.")
    var isJSON = false
}

/// Standard output for answers, standard error for everything else.
enum Console {
    /// Names and messages of other systems are in it: what would steer a terminal is made visible.
    static func answer(_ text: String) { answer(styled: TerminalText.visible(text)) }

    /// With colours of our own, and nothing of others that would steer a terminal.
    static func answer(styled text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    static func answer(_ json: JSON) { answer(styled: json.prettyText) }

    static func say(_ text: String) {
        FileHandle.standardError.write(Data((TerminalText.visible(text) + "\n").utf8))
    }

    /// True when a person sees standard error.
    static let isTerminal = isatty(STDERR_FILENO) == 1

    /// Replaces the last progress line on a terminal; elsewhere prints a line only when it changed.
    static func progress(_ text: String, last: inout String) {
        guard text != last else { return }
        if isTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(TerminalText.line(text))".utf8))
        } else {
            say(text)
        }
        last = text
    }

    /// Ends a progress line.
    static func endProgress(_ last: String) {
        if isTerminal, !last.isEmpty { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    /// RFC 3339 in UTC, to the second. Ten thousand of them are a list, and Foundation's own style takes its time.
    static func time(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let day = seconds >= 0 ? seconds / 86400 : -((86399 - seconds) / 86400)
        let clock = seconds - day * 86400
        let (year, month, date) = civil(day)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let years = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        return
            "\(years)-\(two(month))-\(two(date))T\(two(clock / 3600)):\(two(clock / 60 % 60)):\(two(clock % 60))Z"
    }

    /// Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`, for days from 1 March 0000 on.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = max(0, days + 719_468)
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
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

    mutating func add(_ row: [String]) { rows.append(row.map(Self.oneLine)) }

    /// A row that is more than one line would be taken for several.
    private static func oneLine(_ cell: String) -> String {
        cell.utf8.contains { $0 < 32 || $0 > 126 } ? TerminalText.line(cell) : cell
    }

    /// Written by bytes: counting the letters of ten thousand rows would take longer than reading them.
    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        var bytes: [UInt8] = []
        for row in all {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
            for (column, cell) in row.enumerated() {
                if column > 0 { bytes.append(contentsOf: [UInt8(ascii: " "), UInt8(ascii: " ")]) }
                let padding = repeatElement(UInt8(ascii: " "), count: widths[column] - Self.width(cell))
                if alignment[column] == .right { bytes.append(contentsOf: padding) }
                bytes.append(contentsOf: cell.utf8)
                if alignment[column] == .left { bytes.append(contentsOf: padding) }
            }
            while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func width(_ cell: String) -> Int {
        let count = cell.utf8.count
        return cell.utf8.allSatisfy { $0 < 128 } ? count : cell.count
    }
}
