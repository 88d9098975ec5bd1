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
        let configuration = TenantConfiguration(reader, secrets: resolve)
        guard let configuration, problems.problems.isEmpty else { throw refusal(problems) }
        return configuration
    }

    /// Reads a configuration as it was stored: without its secrets.
    public static func parseStored(_ text: String) throws(TenantFileError) -> TenantConfiguration {
        let (reader, problems) = try storedReader(text)
        guard let configuration = TenantConfiguration(reader, secrets: nil), problems.problems.isEmpty else {
            throw refusal(problems)
        }
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

    private static func reader(_ text: String) throws(TenantFileError) -> (YAMLReader, ProblemList) {
        let problems = ProblemList()
        do {
            guard text.utf8.count <= 1 << 20 else {
                problems.add(1, "file", "is larger than 1 MiB")
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
            return (YAMLReader(node: node, path: "", problems: problems), problems)
        } catch let error as TenantFileError {
            throw error
        } catch let error as YamlError {
            problems.add(error.line, "file", "is not YAML: \(error.problem)")
            throw refusal(problems)
        } catch {
            problems.add(1, "file", "is not YAML")
            throw refusal(problems)
        }
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

    /// A source of one's own.
    public init(
        environment: @escaping @Sendable (String) -> String?,
        file: @escaping @Sendable (String) -> String?
    ) {
        self.environment = environment
        self.file = file
    }

    /// This process's environment and the machine's files.
    public static let process = SecretSource(
        environment: { ProcessInfo.processInfo.environment[$0] },
        file: { path in
            FileManager.default.contents(atPath: path).flatMap { String(data: $0, encoding: .utf8) }
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
