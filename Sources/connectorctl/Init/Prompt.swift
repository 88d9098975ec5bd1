import Onboarding

/// A question as people see it.
struct Prompt {
    let question: Question

    private static let shownChoices = 60

    /// Lines before the prompt itself.
    var lines: String {
        switch question.form {
        case .one(let choices), .several(let choices):
            "\(question.words.capitalizedFirst):\n\(table(choices))"
        case .text, .secret, .block: "\(question.words.capitalizedFirst): \(question.allowedText)"
        case .review(let settings): sheet(settings)
        }
    }

    /// What stands before the answer.
    var mark: String {
        switch question.form {
        case .secret: "\(question.key) (not shown): "
        case .block: "\(question.key) (not shown; several lines may be pasted): "
        case .review: "\(question.key) [\(question.words)]: "
        case .text, .one, .several:
            question.proposal.map { "\(question.key) [\($0.value)]: " } ?? "\(question.key): "
        }
    }

    private func table(_ choices: [Choice]) -> String {
        var table = Table([("", .left), ("CHOICE", .left), ("", .left)])
        for choice in choices.prefix(Self.shownChoices) { table.add([" ", choice.value, choice.words]) }
        if choices.count > Self.shownChoices {
            table.add([" ", "…", "\(choices.count - Self.shownChoices) more; a part of a name finds them"])
        }
        if question.mayBeLeftOut { table.add([" ", "-", "leave it out"]) }
        return table.text
    }

    private func sheet(_ settings: [Setting]) -> String {
        var table = Table([("", .right), ("KEY", .left), ("VALUE", .left), ("WHY", .left)])
        for (index, setting) in settings.enumerated() {
            let value = setting.value.map { $0.isEmpty ? "\"\"" : $0 } ?? "-"
            table.add([String(index + 1), setting.question.key, value, setting.reason])
        }
        return """

            \(table.text)

            Enter writes the file, stores the tenant paused and previews it. A number or a key changes a line; "write" \
            writes the file and stops there.
            """
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
