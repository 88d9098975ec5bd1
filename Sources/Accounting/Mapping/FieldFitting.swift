/// Fits texts of the store into Sage 300's fields: one line, in the company's code page, within their lengths.
/// Remarks tell what was done to which field, never what it held, and each of them once.
struct FieldFitting {
    let codePage: CodePage
    private(set) var remarks: [String] = []
    /// Whether a field was left with characters the code page lacks.
    private(set) var hasForeign = false

    init(codePage: CodePage) { self.codePage = codePage }

    mutating func remark(_ remark: String) {
        if !remarks.contains(remark) { remarks.append(remark) }
    }

    /// What will be there before its length is looked at.
    func plain(_ text: String?) -> String { codePage.fitted(LedgerText.clean(text ?? "")).text }

    /// What is merely long is shortened.
    mutating func shortened(_ text: String?, _ limit: Int, _ field: String) -> String {
        let text = fitted(text, field)
        let kept = LedgerText.prefix(text, limit)
        if kept != text { remark("The \(field) was shortened to \(limit) characters.") }
        return kept
    }

    /// What is useless when cut is left out.
    mutating func whole(_ text: String?, _ limit: Int, _ field: String) -> String {
        let text = fitted(text, field)
        guard text.utf16.count > limit else { return text }
        remark("The \(field) is longer than \(limit) characters and was left out.")
        return ""
    }

    /// An e-mail address with another letter in it would be somebody else's: it is left out.
    mutating func email(_ text: String) -> String {
        let text = LedgerText.clean(text)
        guard codePage.fitted(text) == FittedText(text) else {
            remark(
                "The e-mail address holds characters the company's code page may not have and was left out."
            )
            return ""
        }
        return whole(text, 50, "e-mail address")
    }

    /// At most four lines, none of them empty.
    mutating func lines(_ street: [String], _ field: String) -> [String] {
        let street = street.filter { !plain($0).isEmpty }
        let lines = street.prefix(4).map { shortened($0, 60, field) }
        if street.count > 4 { remark("Address lines beyond the fourth were left out.") }
        return lines
    }

    private mutating func fitted(_ text: String?, _ field: String) -> String {
        let fitted = codePage.fitted(LedgerText.clean(text ?? ""))
        if fitted.wasReplaced {
            remark(
                "Some characters of the \(field) were replaced by the closest ones of the company's code page."
            )
        }
        if fitted.hasLostSigns {
            remark("Some signs of the \(field) were left out: the company's code page lacks them.")
        }
        if fitted.hasForeign { hasForeign = true }
        return fitted.text
    }
}
