import Accounting
import Sage300

/// What an account has to be to serve a key of `accounts`, and by what words of its description it is recognised.
struct AccountPurpose: Sendable {
    let key: AccountKey
    /// For people.
    let words: String
    /// Income accounts, else accounts of the balance sheet.
    let kind: SageAccount.Kind
    /// What happens where it is left out.
    let withoutIt: String
    /// Words that name it, the surest first; each is looked for in the description in lower case.
    let signs: [String]
    /// Words that name something else.
    let strangers: [String]

    /// Those that an interview proposes; the rest have their defaults.
    static let all: [AccountPurpose] = [
        AccountPurpose(
            key: .revenue,
            words: "income account that product revenue is credited to",
            kind: .incomeStatement,
            withoutIt: "",
            signs: [
                "web sales", "online sales", "internet sales", "e-commerce", "ecommerce", "revenue", "sales",
            ],
            strangers: [
                "shipping", "freight", "deliver", "discount", "return", "tax", "other", "cost", "purchase",
                "commission", "salar", "interest",
            ]
        ),
        AccountPurpose(
            key: .shipping,
            words: "income account for shipping charged to buyers",
            kind: .incomeStatement,
            withoutIt: "orders with shipping are dead-lettered",
            signs: [
                "shipping revenue", "shipping income", "shipping", "freight revenue", "freight", "delivery",
            ],
            strangers: ["cost", "expense", "inbound", "purchase"]
        ),
        AccountPurpose(
            key: .discount,
            words: "income account that discounts are debited to",
            kind: .incomeStatement,
            withoutIt: "discounts are netted into their lines",
            signs: ["sales discount", "discounts given", "discount"],
            strangers: ["purchase", "earned", "taken", "received"]
        ),
        AccountPurpose(
            key: .tax,
            words: "liability account that sales tax is credited to",
            kind: .balanceSheet,
            withoutIt: "orders with tax are dead-lettered",
            signs: ["sales tax payable", "sales tax", "tax payable", "vat", "gst", "hst", "tax"],
            strangers: [
                "income tax", "payroll", "property", "recoverable", "receivable", "input", "paid on",
                "deferred",
            ]
        ),
        AccountPurpose(
            key: .giftCard,
            words: "liability account for gift cards sold and redeemed",
            kind: .balanceSheet,
            withoutIt: "orders with gift cards are dead-lettered",
            signs: ["gift card", "gift certificate", "giftcard", "voucher"],
            strangers: ["receivable"]
        ),
        AccountPurpose(
            key: .storeCredit,
            words: "liability account for store credit",
            kind: .balanceSheet,
            withoutIt: "orders with store credit are dead-lettered",
            signs: ["store credit", "customer credit", "customer deposit"],
            strangers: ["receivable", "line of credit"]
        ),
        AccountPurpose(
            key: .rewardPoints,
            words: "liability account for reward points",
            kind: .balanceSheet,
            withoutIt: "orders with reward points are dead-lettered",
            signs: ["reward", "loyalty", "points"],
            strangers: ["receivable"]
        ),
        AccountPurpose(
            key: .adjustment,
            words: "income account for adjustments of credit memos",
            kind: .incomeStatement,
            withoutIt: "credit memos with an adjustment are dead-lettered",
            signs: ["refund adjustment", "sales adjustment", "adjustment", "sales return", "returns"],
            strangers: ["inventory", "exchange", "purchase", "cost"]
        ),
        AccountPurpose(
            key: .rounding,
            words: "income account for rounding differences of cents",
            kind: .incomeStatement,
            withoutIt: "documents that need it are dead-lettered",
            signs: ["rounding", "cash over", "over/short", "penny"],
            strangers: ["exchange"]
        ),
    ]

    /// Accounts of the right kind; those whose kind Sage 300 does not tell are among them.
    func candidates(among accounts: [SageAccount]) -> [SageAccount] {
        accounts.filter { account in
            guard let accountKind = account.kind else { return true }
            guard accountKind == kind else { return false }
            // Of the balance sheet, what is owed; assets grow by debits.
            return kind != .balanceSheet || account.isCreditNormally != false
        }
    }

    /// The account that its description names, and the word it was known by; nil where none does.
    func proposal(among candidates: [SageAccount]) -> (account: SageAccount, sign: String)? {
        for sign in signs {
            let named = candidates.first { account in
                let text = account.description.lowercased()
                return text.contains(sign) && !strangers.contains { text.contains($0) }
            }
            if let named { return (named, sign) }
        }
        return nil
    }
}
