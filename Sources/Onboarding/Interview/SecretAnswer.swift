public import Accounting
import Foundation

/// What an interview may look at besides its answers: `env:NAME` and `@PATH`.
public struct AnswerPlaces: Sendable {
    let environment: @Sendable (String) -> String?
    /// The text of a file; nil where it cannot be read.
    public let file: @Sendable (String) -> String?

    /// Places of one's own.
    public init(
        environment: @escaping @Sendable (String) -> String?,
        file: @escaping @Sendable (String) -> String?
    ) {
        self.environment = environment
        self.file = file
    }
}

extension AnswerPlaces {
    /// A path that names the same file whatever the working directory is later; `~` is the user's folder, as no shell
    /// has seen it.
    static func absolute(_ path: String) -> String {
        URL(filePath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
    }
}

/// Where a secret of the new tenant is, which the file then names.
public enum SecretPlace: Sendable, Hashable {
    /// Typed or pasted; goes into a file of its own.
    case written(Secret)
    /// `{env: NAME}`.
    case environment(String)
    /// `{file: PATH}`.
    case file(String)
}

/// An answer to a question for a secret: the secret itself, `env:NAME`, or `@PATH`; `@@` begins a secret that itself
/// begins with `@`.
struct SecretAnswer {
    let place: SecretPlace
    let secret: Secret

    /// Without white space around it, as it is read back from its file.
    init(written secret: Secret) {
        self.secret = secret.trimmed
        place = .written(secret.trimmed)
    }

    init(_ answer: Secret, _ places: AnswerPlaces) throws(Refusal) {
        (place, secret) = try answer.withText { (text) throws(Refusal) -> (SecretPlace, Secret) in
            if text.hasPrefix("@@") {
                let secret = Secret(String(text.dropFirst())).trimmed
                return (.written(secret), secret)
            }
            if text.hasPrefix("@") {
                let path = AnswerPlaces.absolute(String(text.dropFirst()).trimmedText)
                guard let found = places.file(path) else {
                    throw Refusal("The file cannot be read. A secret that begins with @ is typed with @@.")
                }
                return (.file(path), Secret(found).trimmed)
            }
            if let name = Self.variable(text) {
                guard let found = places.environment(name) else {
                    throw Refusal("The environment variable \(name) is not set.")
                }
                return (.environment(name), Secret(found))
            }
            return (.written(Secret(text).trimmed), Secret(text).trimmed)
        }
    }

    /// The name in `env:NAME`; nil for anything else.
    static func variable(_ text: String) -> String? {
        let text = text.trimmedText
        guard text.hasPrefix("env:") else { return nil }
        let name = text.dropFirst(4)
        let isName =
            !name.isEmpty && name.first?.isNumber == false
            && name.utf8.allSatisfy { $0 == 95 || (48...57).contains($0) || (65...90).contains($0 & 0xDF) }
        return isName ? String(name) : nil
    }
}
