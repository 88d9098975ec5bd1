extension Failure {
    /// A GL account a document needs is not in the tenant file. `use` begins the sentence: `Order has tax`.
    static func accountMissing(_ key: String, use: String, company: CompanyID) -> Failure {
        Failure(
            .mapping,
            code: "account-missing",
            reason: "\(use), but accounts.\(key) is not set for company \(company).",
            subject: key,
            nextStep: "Add accounts.\(key) to the tenant file, run `connectorctl tenant apply`, then replay."
        )
    }

    /// The order's base currency is not the company's, so its base amounts cannot be entered.
    static func baseCurrency(_ code: String, home: Currency, company: CompanyID) -> Failure {
        Failure(
            .mapping,
            code: "base-currency",
            reason:
                "The order's base currency is \(code), but company \(company) keeps its books in \(home).",
            subject: code,
            nextStep: "Give the store view to a company that keeps its books in \(code), "
                + "or enter such orders in their own currency with `currencies`, "
                + "run `connectorctl tenant apply`, then replay."
        )
    }

    /// The store sent something that is no currency.
    static func currencyUnknown(_ code: String) -> Failure {
        Failure(
            .document,
            code: "currency-unknown",
            reason: "The order's currency is not a code of three capital letters.",
            subject: code.count <= 8 ? code : "",
            nextStep: "Correct the order's currency in Adobe Commerce, then replay."
        )
    }

    /// Two sums of the store that must agree do not. `subject` says which two.
    static func unbalanced(_ reason: String, subject: String, company: CompanyID) -> Failure {
        Failure(
            .document,
            code: "unbalanced",
            reason: reason,
            subject: subject,
            nextStep: "Compare the order in Adobe Commerce. If its figures are right, raise roundingCap for "
                + "company \(company) and replay, or enter it by hand and discard this failure."
        )
    }

    /// An AR invoice cannot have a total below zero.
    static func negativeTotal(_ total: Money) -> Failure {
        Failure(
            .document,
            code: "negative-total",
            reason: "The order's total is \(total), and Sage 300 takes no invoice below zero.",
            nextStep: "Correct the order in Adobe Commerce or enter a credit note by hand, "
                + "then discard this failure."
        )
    }

    /// A total without anything to distribute it to.
    static func noLines(_ total: Money) -> Failure {
        Failure(
            .document,
            code: "no-lines",
            reason: "The order's total is \(total), but it has no lines.",
            nextStep: "Look at the order in Adobe Commerce; enter it by hand and discard this failure."
        )
    }

    /// More digits than a Sage 300 amount has (reference Sage 6.3: 19 digits, 3 of them decimals).
    static func amountTooLarge() -> Failure {
        Failure(
            .document,
            code: "amount-too-large",
            reason: "An amount of the order has more digits than Sage 300 can hold.",
            nextStep: "Correct the order in Adobe Commerce, then replay."
        )
    }

    /// `tax: authority` is read and kept, but not carried out yet.
    static func taxAuthorityUnsupported(company: CompanyID) -> Failure {
        Failure(
            .mapping,
            code: "tax-authority-unsupported",
            reason: "Company \(company) posts tax by authority, which this release does not do yet.",
            nextStep: "Name a GL account as accounts.tax in the tenant file, "
                + "run `connectorctl tenant apply`, then replay."
        )
    }
}
