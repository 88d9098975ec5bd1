extension DocumentNumbering {
    /// The store's numbers that a number of Sage 300 may have been made of, likeliest first; none where it bears no
    /// prefix of the company. `USCM000000007` may be credit memo 000000007, or an order that is called
    /// `CM000000007`.
    public func storeNumbers(behind number: String) -> [String] {
        let prefixes = Set([rules.documentPrefix] + rules.storeViews.compactMap(\.documentPrefix))
        var numbers: [String] = []
        for prefix in prefixes.sorted() where !prefix.isEmpty && number.hasPrefix(prefix) {
            let rest = String(number.dropFirst(prefix.count))
            for kind in ["CM", "CX", "SH"] where rest.hasPrefix(kind) {
                numbers.append(String(rest.dropFirst(2)))
            }
            numbers.append(rest)
        }
        if let customerID = customerID(behind: number) { numbers.append(String(customerID)) }
        return numbers.filter { !$0.isEmpty }
    }

    /// Of `W00000042`, with or without a currency's suffix, 42.
    private func customerID(behind number: String) -> Int64? {
        guard number.hasPrefix(rules.customers.prefix) else { return nil }
        return Int64(number.dropFirst(rules.customers.prefix.count).prefix(8)).flatMap { $0 > 0 ? $0 : nil }
    }
}
