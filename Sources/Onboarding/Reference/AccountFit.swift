public import Accounting
public import Sage300

/// Whether an account of Sage 300 is of a kind that can take what the tenant file wants to put there.
public enum AccountFit {
    /// Why an account does not fit; nil when it does, as far as Sage 300 tells.
    public static func problem(of account: SageAccount, as key: AccountKey) -> String? {
        if !account.isActive { return "is inactive" }
        if !account.allowsPosting { return "does not allow posting" }
        // An invoice reaches the general ledger through A/R.
        if account.isControl, !account.subledgers.contains("AR") || key == .deferredRevenue {
            return "is a control account, which takes entries of its subledgers only"
        }
        switch (account.kind, key.kind) {
        case (.retainedEarnings, _): return "is a retained earnings account"
        case (.balanceSheet, .incomeStatement): return "is a balance sheet account, not one of revenue"
        case (.incomeStatement, .balanceSheet): return "is an income statement account, not a liability"
        default: return nil
        }
    }

    /// The one account that fits a key and is called so; nil where none is, or several.
    public static func namedSo(_ key: AccountKey, among accounts: [SageAccount]) -> SageAccount? {
        let named = accounts.filter { account in
            let description = account.description.lowercased()
            return problem(of: account, as: key) == nil
                && key.likelyWords.contains { description.contains($0) }
        }
        return named.count == 1 ? named.first : nil
    }

    /// Those of the accounts that fit a key, the likeliest first: those that mostly grow by credits, and whose
    /// description shares a word with what the key takes.
    public static func candidates(for key: AccountKey, among accounts: [SageAccount]) -> [SageAccount] {
        let words = key.likelyWords
        func rank(_ account: SageAccount) -> Int {
            let description = account.description.lowercased()
            let isNamedSo = words.contains { description.contains($0) }
            let isCredit = account.isCreditNormally != false
            return (isNamedSo ? 0 : 2) + (isCredit ? 0 : 1)
        }
        return accounts.filter { problem(of: $0, as: key) == nil && (key.kind == nil || $0.kind != nil) }
            .sorted { (rank($0), $0.number) < (rank($1), $1.number) }
    }
}

extension AccountKey {
    /// The kind an account for it has to be; nil where bookkeepers differ.
    fileprivate var kind: SageAccount.Kind? {
        switch self {
        case .revenue, .shipping, .discount, .giftWrapping, .fee: .incomeStatement
        case .tax, .fixedProductTax, .giftCard, .storeCredit, .deferredRevenue: .balanceSheet
        case .rewardPoints, .adjustment, .rounding: nil
        }
    }

    /// What such accounts are often called.
    fileprivate var likelyWords: [String] {
        switch self {
        case .revenue: ["revenue", "sales"]
        case .shipping: ["shipping", "freight", "delivery"]
        case .discount: ["discount"]
        case .tax: ["tax"]
        case .fixedProductTax: ["eco", "levy", "tax"]
        case .giftCard: ["gift"]
        case .storeCredit: ["credit"]
        case .rewardPoints: ["reward", "point", "loyalty"]
        case .giftWrapping: ["wrap"]
        case .fee: ["fee"]
        case .adjustment: ["adjust"]
        case .rounding: ["round"]
        case .deferredRevenue: ["deferred", "unearned"]
        }
    }
}
