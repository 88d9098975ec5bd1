import Foundation

/// Everything wrong with a tenant file that `tenant apply` is known to find: the table behind
/// `docs/configuration-faults.md`, which tests hold to the truth.
public struct ConfigurationFaults: Decodable, Sendable {
    /// The file that each fault is put into, which has none.
    public let file: String
    /// The secrets it names.
    public let environment: [String: String]
    /// One after another.
    public let faults: [Fault]

    /// One thing wrong with the file.
    public struct Fault: Decodable, Sendable, CustomStringConvertible {
        /// Its name.
        public let id: String
        /// What is wrong, for people.
        public let fault: String
        /// What of the file is replaced.
        public let passage: String
        /// By what.
        public let replacement: String
        /// The line that is named.
        public let line: Int
        /// The key that is named.
        public let key: String
        /// What is said about it; `…` stands for anything.
        public let says: String
        /// What to do.
        public let fix: String
        /// Whether the JSON Schema refuses it, too; nil where the file is no YAML that could be judged.
        public let schema: Bool?
        /// Variables that are set otherwise; nil: not at all.
        public let environment: [String: String?]?
        /// `TENANT_ADDRESS_POLICY`, where it is not `open`.
        public let policy: String?

        /// Whether an address is refused that is one: only the programs know which they let through.
        public var isOfPolicy: Bool { policy != nil || id == "adobe-metadata" }

        /// Its name.
        public var description: String { id }

        /// Whether a reason says what is to be said.
        public func isSaid(by reason: String) -> Bool {
            var rest = Substring(reason)
            for piece in says.components(separatedBy: "…") where !piece.isEmpty {
                guard let place = rest.range(of: piece) else { return false }
                rest = rest[place.upperBound...]
            }
            return true
        }

        /// Its row of the documentation.
        public var row: String {
            "| \(fault) | `\(key)` | \(says.replacingOccurrences(of: "|", with: "\\|")) | \(fix) |"
        }
    }

    /// The file with a fault.
    public func text(of fault: Fault) -> String {
        file.replacingOccurrences(of: fault.passage, with: fault.replacement)
    }

    /// The variables with which a fault is looked for.
    public func environment(of fault: Fault) -> [String: String] {
        environment.merging(fault.environment?.compactMapValues { $0 } ?? [:]) { $1 }
            .filter { name, _ in fault.environment?[name].map { $0 != nil } ?? true }
    }

    /// As it stands in the repository.
    public static let all: ConfigurationFaults = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "faults.json")
        do { return try JSONDecoder().decode(Self.self, from: Data(contentsOf: path)) } catch {
            return ConfigurationFaults(file: "\(error)", environment: [:], faults: [])
        }
    }()
}
