/// Why a document or a company did not get on: the closed list of `architecture.md`, Failures.
public enum FailureClass: String, Sendable, CaseIterable {
    /// A system answered that it cannot now; the company pauses and is probed.
    case transient
    /// A system cannot be reached; the company pauses and is probed.
    case unreachable
    /// A sign-in was refused; everything of that sign-in stops until the credential changes.
    case credentials
    /// Signed in, but not allowed.
    case rights
    /// A row is missing in the tenant's configuration.
    case mapping
    /// The document itself: unbalanced, unsupported, too long, unreadable.
    case document
    /// Sage 300 refuses it: closed period, unknown code, inactive customer.
    case ledger
    /// A write whose answer never came.
    case inDoubt
    /// The document killed its worker.
    case crash
}

/// One failure, said so that a bookkeeper knows what to do.
public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Its class, which decides what happens.
    public let failureClass: FailureClass
    /// Stable, lower case with dashes, without numbers of a document: `account-missing`. Groups failures of one cause.
    public let code: String
    /// What happened, in one sentence. Never a name, address, e-mail or secret.
    public let reason: String
    /// Whether the ledger may be wrong because of it.
    public let moneyAtRisk: Bool
    /// Who does what next, in one sentence.
    public let nextStep: String
    /// What distinguishes causes of the same code, for instance `giftCard`; part of the group.
    public let subject: String
    /// Another system's own words in the reason, where it says why in prose: part of the group, without their numbers.
    public let words: String
    /// What was sent to another system and what it answered, where that is what failed.
    public var evidence: CallEvidence?

    /// A failure from its parts. Whoever makes it, an e-mail address or a sign-in in another system's words does not get into
    /// it (`Redaction.common`): what it says goes to logs, dead letters, the audit and alerts.
    public init(
        _ failureClass: FailureClass,
        code: String,
        reason: String,
        subject: String = "",
        words: String = "",
        moneyAtRisk: Bool = false,
        nextStep: String,
        evidence: CallEvidence? = nil
    ) {
        self.failureClass = failureClass
        self.code = code
        self.reason = Redaction.common(reason)
        self.subject = subject
        self.words = Redaction.common(words)
        self.evidence = evidence
        self.moneyAtRisk = moneyAtRisk
        self.nextStep = nextStep
    }

    /// The reason with the next step.
    public var description: String { "\(reason) \(nextStep)" }
}
