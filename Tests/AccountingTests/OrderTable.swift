import Accounting
import Foundation
import Testing

/// A named order, the rules it meets and the lines it must become.
struct NamedOrder: Sendable, CustomTestStringConvertible {
    let name: String
    let order: StoreOrder
    let rules: CompanyRules
    let lines: String
    /// A part of one remark; nil: there must be none.
    let remark: String?

    init(
        _ name: String,
        _ order: StoreOrder,
        _ rules: CompanyRules,
        remark: String? = nil,
        _ lines: String
    ) {
        self.name = name
        self.order = order
        self.rules = rules
        self.lines = lines
        self.remark = remark
    }

    var testDescription: String { name }
}
