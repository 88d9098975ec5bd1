extension ARInvoice {
    /// Whether another revision of the same document would leave the ledger as this one does: the same document of
    /// the same customer, day and currency with the same amount on every account. Descriptions, remarks and the
    /// sequence of lines are not money.
    public func movesSameMoney(as other: ARInvoice) -> Bool {
        type == other.type && number == other.number && customer == other.customer
            && appliesTo == other.appliesTo && date == other.date && currency == other.currency
            && total == other.total && amountByAccount == other.amountByAccount
    }

    /// What the entry moves on each account, and as tax of each authority; what it leaves where it was is not in it.
    public var amountByAccount: [String: Amount] {
        var amounts: [String: Amount] = [:]
        for line in lines { amounts[line.account, default: 0] += line.amount }
        for tax in taxes { amounts["tax \(tax.authority)", default: 0] += tax.amount }
        return amounts.filter { $0.value != 0 }
    }
}
