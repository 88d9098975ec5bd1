import Foundation
import Testing

/// `docs/getting-started.md`, read as instructions: what is typed, and what is shown then.
struct WalkThrough {
    enum Step {
        /// Lines of a shell.
        case commands([String])
        /// What is typed when the commands before ask.
        case answers([String])
        /// What the commands before show; `…` stands for anything.
        case output([String])
    }

    let steps: [Step]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/getting-started.md"), encoding: .utf8)
        var steps: [Step] = []
        var block: (kind: String, lines: [String])?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            guard line.hasPrefix("```") else {
                block?.lines.append(line)
                continue
            }
            guard let (kind, lines) = block else {
                block = (String(line.dropFirst(3)), [])
                continue
            }
            block = nil
            switch kind {
            case "sh": steps.append(.commands(lines))
            case "answers": steps.append(.answers(lines))
            case "output": steps.append(.output(lines))
            default: throw Disappointment("a block of kind \(kind)")
            }
        }
        self.steps = steps
    }

    /// Whether a text shows the lines of a block in their order; blanks at the ends of lines do not count.
    /// - Returns: the first line that is not there.
    static func missing(_ expected: [String], in text: String) -> String? {
        var shown = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed }[...]
        var mayBeAnywhere = true
        for line in expected.map({ Substring($0).trimmed }) where !line.isEmpty {
            if line == "…" {
                mayBeAnywhere = true
                continue
            }
            shown = shown.drop { $0.isEmpty }
            let place = mayBeAnywhere ? shown.firstIndex { fits(line, $0) } : shown.indices.first
            guard let place, fits(line, shown[place]) else { return line }
            shown = shown[(place + 1)...]
            mayBeAnywhere = false
        }
        return nil
    }

    private static func fits(_ line: String, _ shown: String) -> Bool {
        let parts = line.split(separator: "…", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return line == shown }
        var rest = Substring(shown)
        for part in parts {
            guard let range = part.isEmpty ? rest.startIndex..<rest.startIndex : rest.firstRange(of: part)
            else {
                return false
            }
            rest = rest[range.upperBound...]
        }
        return true
    }
}

extension Substring {
    /// Without the blanks behind it.
    fileprivate var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
