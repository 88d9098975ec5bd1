/// Something that can be answered with: nothing else is accepted.
public struct Choice: Sendable, Hashable {
    /// What is written into the tenant file.
    public let value: String
    /// What it is, for people.
    public let words: String

    /// A choice from its parts.
    public init(_ value: String, _ words: String = "") {
        self.value = value
        self.words = words.printable
    }
}

/// What Enter stands for, and why.
public struct Proposal: Sendable, Hashable {
    /// The answer that is proposed.
    public let value: String
    /// Where it comes from, for people.
    public let reason: String

    /// A proposal from its parts.
    public init(_ value: String, because reason: String) {
        self.value = value
        self.reason = reason.printable
    }
}

/// One thing that has to be known of a new tenant.
public struct Question: Sendable {
    /// What an answer looks like.
    public enum Form: Sendable {
        /// Any text that the question's check takes.
        case text
        /// A text that is not shown while it is typed.
        case secret
        /// Secrets, pasted as lines of a block, until the block is whole or a line is empty; not shown.
        case block(isWhole: @Sendable (String) -> Bool)
        /// One of these.
        case one([Choice])
        /// One or more of these, separated by commas.
        case several([Choice])
        /// Enter, or a line of the sheet to change.
        case review([Setting])
    }

    /// The key of the tenant file, or what stands for several of them: `sage.url`, `accounts.revenue`.
    public let key: String
    /// What is asked, for people.
    public let words: String
    /// What an answer looks like.
    public let form: Form
    /// What a text may be, with an example.
    public let allowed: String
    /// What Enter stands for; nil: it has to be answered.
    public var proposal: Proposal?
    /// Whether `-` leaves the key out of the file.
    public let mayBeLeftOut: Bool
    /// The text as it is written; nil for one that is not allowed.
    let check: @Sendable (String) -> String?

    init(
        _ key: String,
        _ words: String,
        _ form: Form = .text,
        allowed: String = "",
        proposal: Proposal? = nil,
        mayBeLeftOut: Bool = false,
        check: @escaping @Sendable (String) -> String? = { $0.isEmpty ? nil : $0 }
    ) {
        self.key = key
        self.words = words
        self.form = form
        self.allowed = allowed
        self.proposal = proposal
        self.mayBeLeftOut = mayBeLeftOut
        self.check = check
    }

    /// Everything that can be answered, in one line.
    public var allowedText: String {
        let text =
            switch form {
            case .one(let choices): "one of " + Self.list(choices)
            case .several(let choices): "one or more, separated by commas, of " + Self.list(choices)
            case .text, .secret, .block, .review: allowed
            }
        return mayBeLeftOut ? "\(text), or - to leave it out" : text
    }

    /// What can be chosen from; empty for a text.
    public var choices: [Choice] {
        switch form {
        case .one(let choices), .several(let choices): choices
        case .text, .secret, .block, .review: []
        }
    }

    private static let shownChoices = 40

    private static func list(_ choices: [Choice]) -> String {
        let shown = choices.prefix(shownChoices).map {
            $0.words.isEmpty ? $0.value : "\($0.value) (\($0.words))"
        }
        let rest = choices.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? ", … (\(rest) more)" : "")
    }

    /// An answer as it is written into the file; nil: the key is left out. Enter is the proposal.
    /// - Throws: `Refusal` for what cannot be chosen.
    func reading(_ answer: String) throws(Refusal) -> String? {
        let text = answer.trimmedText
        if text.isEmpty, let proposal { return proposal.value }
        if text == "-", mayBeLeftOut { return nil }
        switch form {
        case .one(let choices): return try choice(text, among: choices)
        case .several(let choices):
            let parts = text.split { ", ".contains($0) }.map(String.init)
            var found: [String] = []
            for part in parts {
                let choice = try choice(part, among: choices)
                if !found.contains(choice) { found.append(choice) }
            }
            guard !found.isEmpty else { throw Refusal("Nothing was chosen; allowed: \(allowedText).") }
            return found.joined(separator: ", ")
        case .text, .secret, .block, .review:
            guard let value = check(text) else {
                // What was typed may be a password in the wrong place.
                throw Refusal(
                    text.isEmpty ? "It needs an answer: \(allowedText)." : "Allowed is \(allowedText)."
                )
            }
            return value
        }
    }

    private func choice(_ text: String, among choices: [Choice]) throws(Refusal) -> String {
        if let exact = choices.first(where: { $0.value == text }) { return exact.value }
        if let close = choices.first(where: { $0.value.lowercased() == text.lowercased() }) {
            return close.value
        }
        let near = choices.filter { "\($0.value) \($0.words)".lowercased().contains(text.lowercased()) }
        if !text.isEmpty, !near.isEmpty {
            throw Refusal("It is none of them; allowed with it in: \(Self.list(near)).")
        }
        // What was given may be another question's answer, a secret among them.
        let given = text.isEmpty ? "It needs an answer" : "It is not among what is there"
        throw Refusal("\(given); allowed: \(allowedText).")
    }
}

/// Why an answer was not taken.
public struct Refusal: Error, Sendable, CustomStringConvertible {
    /// What is wrong with it and what would be right; never a secret.
    public let description: String
    /// A system did not answer: the answer may be right.
    public let isUnreachable: Bool

    init(_ description: String, isUnreachable: Bool = false) {
        self.description = description
        self.isUnreachable = isUnreachable
    }
}

extension String {
    /// On one line and without what a terminal would obey: what another system calls something is anybody's text.
    var printable: String {
        let hidden: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]
        let scalars = unicodeScalars.map { hidden.contains($0.properties.generalCategory) ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Without white space around it.
    var trimmedText: String {
        let characters = drop { $0.isWhitespace }
        guard let end = characters.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(characters[...end])
    }
}
