import Accounting
import ExactJSON
import Foundation
import Yams

/// Reads tenant files, and the configurations they are stored as.
public enum TenantFile {
    /// Reads a tenant file with its secrets.
    /// - Parameter resolve: reads `{env: NAME}` and `{file: PATH}`.
    /// - Throws: `TenantFileError` with everything that is wrong, by line and key.
    public static func parse(
        _ text: String,
        secrets resolve: SecretSource = .process
    ) throws(TenantFileError) -> TenantConfiguration {
        let (reader, problems) = try reader(text)
        guard var configuration = TenantConfiguration(reader, secrets: resolve), problems.problems.isEmpty
        else {
            throw refusal(problems)
        }
        configuration.remarks = problems.remarks
        return configuration
    }

    /// Reads a configuration as it was stored: without its secrets.
    /// - Parameter version: which of the applied versions it is, for those who keep by what a document was mapped.
    public static func parseStored(
        _ text: String,
        version: Int? = nil
    ) throws(TenantFileError) -> TenantConfiguration {
        let (reader, problems) = try storedReader(text)
        guard var configuration = TenantConfiguration(reader, secrets: nil), problems.problems.isEmpty else {
            throw refusal(problems)
        }
        configuration.version = version
        return configuration
    }

    /// The file as JSON text to store: every key as written, secrets left out.
    public static func storedForm(of text: String) throws(TenantFileError) -> String {
        let (reader, _) = try reader(text)
        return reader.node.json(at: []).text
    }

    /// A stored form is JSON, which is read twenty times as fast as the same as YAML; with a thousand tenants that is seconds.
    private static func storedReader(_ text: String) throws(TenantFileError) -> (YAMLReader, ProblemList) {
        guard let json = try? JSON(parsing: text), json.object != nil else { return try reader(text) }
        let problems = ProblemList()
        return (YAMLReader(node: Node(json), path: "", problems: problems), problems)
    }

    private static let largestCount = 100_000

    /// How many brackets are open at most. Those of texts are counted, too, which takes more than anybody writes.
    private static func flowDepth(_ text: String) -> Int {
        var (depth, deepest) = (0, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
        }
        return deepest
    }

    private static func reader(_ file: String) throws(TenantFileError) -> (YAMLReader, ProblemList) {
        let problems = ProblemList()
        // A byte order mark, as editors of Windows put it.
        let text = file.hasPrefix("\u{FEFF}") ? String(file.unicodeScalars.dropFirst()) : file
        do {
            guard text.utf8.count <= 1 << 20 else {
                problems.add(1, "file", "is larger than 1 MiB")
                throw refusal(problems)
            }
            // The parser's own way with these costs the square of their number.
            guard flowDepth(text) <= 64 else {
                problems.add(1, "file", "is nested more than 64 brackets deep")
                throw refusal(problems)
            }
            guard let node = try Yams.compose(yaml: text) else {
                problems.add(1, "file", "is empty")
                throw refusal(problems)
            }
            guard node.mapping != nil else {
                problems.add(node.mark?.line ?? 1, "file", "must be a mapping that begins with tenant: NAME")
                throw refusal(problems)
            }
            // By aliases a file of a few lines can stand for gigabytes.
            if node.isLarger(than: largestCount) {
                problems.add(
                    1,
                    "file",
                    "stands for more than \(largestCount) keys and values, its aliases followed"
                )
                throw refusal(problems)
            }
            return (YAMLReader(node: node, path: "", problems: problems), problems)
        } catch let error as TenantFileError {
            throw error
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            for key in keys {
                let lines = repeatedLines(of: key, from: context.mark.line, in: text)
                problems.add(lines.second, key, "given twice, first in line \(lines.first)")
            }
            throw refusal(problems)
        } catch let error as YamlError {
            problems.add(error.line, "file", "is not YAML: \(error.problem)")
            throw refusal(problems)
        } catch {
            problems.add(1, "file", "is not YAML")
            throw refusal(problems)
        }
    }

    /// Where a key stands for the first and for the second time. The parser knows one of them; in a file of one key a line
    /// the other is the next line that begins as far in with the same key.
    private static func repeatedLines(of key: String, from first: Int, in text: String) -> (
        first: Int, second: Int
    ) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func begins(_ line: Substring) -> Int? {
            let rest = line.drop { $0 == " " || $0 == "-" }
            let name = rest.hasPrefix("\"") || rest.hasPrefix("'") ? rest.dropFirst() : rest
            guard name.hasPrefix(key), let next = name.dropFirst(key.count).first, ":\"' ".contains(next)
            else {
                return nil
            }
            return line.count - rest.count
        }
        guard lines.indices.contains(first - 1), let indentation = begins(lines[first - 1]) else {
            return (first, first)
        }
        let second = lines.indices.dropFirst(first).first { begins(lines[$0]) == indentation }
        return (first, second.map { $0 + 1 } ?? first)
    }

    /// The line of a key, by its path through mappings, such as `adobe.url`; nil where it does not stand in the file.
    public static func line(of key: String, in text: String) -> Int? {
        guard let (reader, _) = try? reader(text) else { return nil }
        var node = reader.node
        for name in key.split(separator: ".") {
            let member = YAMLReader(node: node, path: "", problems: reader.problems).member(String(name))
            guard let member else { return nil }
            node = member
        }
        return node.mark?.line
    }

    private static func refusal(_ problems: ProblemList) -> TenantFileError {
        let found = problems.problems.sorted { ($0.line, $0.key) < ($1.line, $1.key) }
        let unknown = TenantFileProblem(line: 1, key: "file", reason: "cannot be read")
        return TenantFileError(problems: found.isEmpty ? [unknown] : found)
    }
}

/// Where `{env: NAME}` and `{file: PATH}` are read.
public struct SecretSource: Sendable {
    let environment: @Sendable (String) -> String?
    let file: @Sendable (String) -> String?
    /// Whether others than a file's owner may read it.
    let isOpen: @Sendable (String) -> Bool

    /// A source of one's own.
    public init(
        environment: @escaping @Sendable (String) -> String?,
        file: @escaping @Sendable (String) -> String?,
        isOpen: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.environment = environment
        self.file = file
        self.isOpen = isOpen
    }

    /// Reads nothing, for a file that is only looked at: whatever a secret is, it is there.
    public static let unread = SecretSource(environment: { _ in "unread" }, file: { _ in "unread" })

    /// This process's environment and the machine's files.
    public static let process = SecretSource(
        environment: { ProcessInfo.processInfo.environment[$0] },
        file: { path in
            FileManager.default.contents(atPath: path).flatMap { String(data: $0, encoding: .utf8) }
        },
        isOpen: { path in
            let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            return (mode ?? 0) & 0o077 != 0
        }
    )
}

extension YamlError {
    fileprivate var line: Int {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: 1
        }
    }

    fileprivate var problem: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            problem
        default: "it cannot be parsed"
        }
    }
}

extension Node {
    /// Whether it comes to more than so many scalars, sequences and mappings. Looks no further than that.
    fileprivate func isLarger(than limit: Int) -> Bool {
        var (left, open) = (limit, [self])
        while let node = open.popLast() {
            left -= 1
            guard left >= 0 else { return true }
            switch node {
            case .scalar, .alias: break
            case .sequence(let sequence): open += sequence.prefix(left + 1)
            case .mapping(let mapping): for (key, value) in mapping.prefix(left + 1) { open += [key, value] }
            }
        }
        return false
    }

    /// The node of a stored form: what was a text is a text, whatever it would be to YAML.
    fileprivate init(_ json: JSON) {
        switch json {
        case .null: self = .scalar(Scalar("null", Tag(.null), .plain))
        case .bool(let truth): self = .scalar(Scalar(truth ? "true" : "false", Tag(.bool), .plain))
        case .number(let number): self = .scalar(Scalar(number.text, Tag(.float), .plain))
        case .string(let text): self = .scalar(Scalar(text, Tag(.str), .doubleQuoted))
        case .array(let elements): self = .sequence(Sequence(elements.map(Node.init)))
        case .object(let object):
            let pairs = object.map {
                (Node.scalar(Scalar($0.name, Tag(.str), .doubleQuoted)), Node($0.value))
            }
            self = .mapping(Mapping(pairs))
        }
    }

    /// The node as JSON, scalars as text, secrets left out.
    fileprivate func json(at path: [String]) -> JSON {
        switch self {
        case .scalar(let scalar):
            // What is left empty stays left empty: in quotes it would be a text.
            return scalar.isNull ? .null : .string(scalar.string)
        case .sequence(let sequence): return .array(sequence.map { $0.json(at: path + ["[]"]) })
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in mapping {
                let name = key.scalar?.string ?? ""
                let section = path.count == 1 ? SecretField.Section(rawValue: path[0]) : nil
                let isSecret = section != nil && SecretField(rawValue: name) != nil
                if !isSecret { object[name] = value.json(at: path + [name]) }
            }
            return .object(object)
        case .alias: return .null
        }
    }
}
