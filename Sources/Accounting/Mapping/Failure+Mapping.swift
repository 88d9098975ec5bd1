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
    static func unbalanced(
        _ reason: String,
        subject: String,
        noun: String,
        company: CompanyID
    ) -> Failure {
        Failure(
            .document,
            code: "unbalanced",
            reason: reason,
            subject: subject,
            nextStep:
                "Compare the \(noun) in Adobe Commerce. If its figures are right, raise roundingCap for "
                + "company \(company) and replay, or enter it by hand and discard this failure."
        )
    }

    /// An AR invoice cannot have a total below zero.
    static func negativeTotal(_ total: Money, noun: String) -> Failure {
        Failure(
            .document,
            code: "negative-total",
            reason: "The \(noun)'s total is \(total), and Sage 300 takes no document below zero.",
            nextStep: "Correct the \(noun) in Adobe Commerce or enter it by hand, "
                + "then discard this failure."
        )
    }

    /// A total without anything to distribute it to.
    static func noLines(_ total: Money, noun: String) -> Failure {
        Failure(
            .document,
            code: "no-lines",
            reason: "The \(noun)'s total is \(total), but it has no lines.",
            nextStep: "Look at the \(noun) in Adobe Commerce; enter it by hand and discard this failure."
        )
    }

    /// More digits than a Sage 300 amount has (reference Sage 6.3: 19 digits, 3 of them decimals).
    static func amountTooLarge() -> Failure {
        Failure(
            .document,
            code: "amount-too-large",
            reason: "An amount of the document has more digits than Sage 300 can hold.",
            nextStep: "Correct it in Adobe Commerce, then replay."
        )
    }

    /// A rate the document was charged has no row in `taxAuthorities`.
    static func taxCodeUnmapped(_ code: String, company: CompanyID) -> Failure {
        Failure(
            .mapping,
            code: "tax-code-unmapped",
            reason: "The tax code \(code) has no row in taxAuthorities of company \(company).",
            subject: code,
            nextStep: "Add a row for \(code) to taxAuthorities in the tenant file, "
                + "run `connectorctl tenant apply`, then replay."
        )
    }

    /// A document of Sage 300 has one tax group.
    static func taxGroupsDiffer(_ one: String, _ other: String, company: CompanyID) -> Failure {
        Failure(
            .mapping,
            code: "tax-groups-differ",
            reason: "The document's taxes belong to two tax groups, \(one) and \(other); Sage 300 takes one.",
            subject: "\(one) \(other)",
            nextStep:
                "Give the tax codes it was charged one group with all their authorities in taxAuthorities "
                + "of company \(company), run `connectorctl tenant apply`, then replay."
        )
    }

    /// By authority, tax needs the rates it came from.
    static func taxCodesMissing(_ tax: Money) -> Failure {
        Failure(
            .document,
            code: "tax-codes-missing",
            reason: "The document has tax of \(tax), but the store does not say by which rates.",
            nextStep: "Enter it by hand and discard this failure, or post tax to an account (accounts.tax)."
        )
    }

    /// A document names an order the store does not have.
    public static func orderMissing(_ orderID: Int64?) -> Failure {
        Failure(
            .document,
            code: "order-missing",
            reason: orderID.map { "The store does not have the order \($0) this document belongs to." }
                ?? "The document names no order it belongs to.",
            nextStep: "Look for the order in Adobe Commerce; once it is there again, replay."
        )
    }
}
