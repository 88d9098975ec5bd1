/// A key of the new tenant's file with its value, which a person may change before anything is written.
public struct Setting: Sendable {
    /// What would be asked about it.
    public let question: Question
    /// As it is written; nil: left out, or not known yet.
    public internal(set) var value: String?
    /// Why it is so, for people.
    public internal(set) var reason: String
    /// Whether a person chose it.
    var isChosen = false

    /// True where the file needs a value and there is none.
    public var isOpen: Bool { value == nil && !question.mayBeLeftOut }

    /// What is asked to change it: Enter leaves it as it is.
    var questionOfChange: Question {
        var question = question
        if let value { question.proposal = Proposal(value, because: reason) }
        return question
    }

    /// The proposal of its question, or nothing yet.
    init(_ question: Question, without reason: String = "") {
        self.question = question
        value = question.proposal?.value
        self.reason = question.proposal?.reason ?? reason
    }
}
