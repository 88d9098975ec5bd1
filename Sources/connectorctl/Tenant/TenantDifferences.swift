import ExactJSON
import Foundation
import Glibc
import ServiceRuntime
import Tenancy

/// Differences of two tenant files for people and for programs.
struct TenantDifferences {
    let differences: [TenantFileDifference]

    /// Each with its key; values as JSON, null for what is absent.
    var json: JSON {
        .array(
            differences.map { difference in
                [
                    "key": .string(difference.key), "before": Self.value(difference.before),
                    "after": Self.value(difference.after),
                ]
            }
        )
    }

    /// One line each, coloured where a terminal shows them.
    var text: String {
        differences.map { difference in
            "\(TerminalText.line(difference.key)): \(Self.old(difference.before)) → \(Self.new(difference.after))"
        }
        .joined(separator: "\n")
    }

    /// The first of them, and how many more.
    var summary: String {
        guard let first = differences.first else { return "" }
        let others = differences.count - 1
        return others == 0 ? first.description : "\(first) and \(others) more"
    }

    private static func value(_ text: String?) -> JSON {
        guard let text else { return .null }
        return (try? JSON(parsing: text)) ?? .string(text)
    }

    private static let isColoured =
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    private static func old(_ text: String?) -> String { coloured(text, "31") }

    private static func new(_ text: String?) -> String { coloured(text, "32") }

    private static func coloured(_ text: String?, _ colour: String) -> String {
        guard let text = text.map(TerminalText.line) else { return "(absent)" }
        return isColoured ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }
}
