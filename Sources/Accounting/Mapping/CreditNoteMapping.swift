/// From what the store gives back to the AR credit note it becomes, with its own proof. Its lines are those of an
/// invoice: a positive amount takes back what an invoice's positive amount gave.
public enum CreditNoteMapping {
    /// The credit note of a credit memo.
    ///
    /// Goods that were not shipped yet go off `deferredRevenue`, those that were off `revenue`, where the company
    /// defers revenue; what was paid with gift cards, store credit or points goes back to that liability, so that
    /// receivables fall by cash only.
    /// - Parameters:
    ///   - history: what else happened to the order; needed where the company defers revenue.
    ///   - invoice: what it is applied to; nil: it is entered unapplied, and says so.
    ///   - customer: the invoice's, whatever the store says of the order by now.
    /// - Throws: as `OrderMapping.invoice`.
    public static func creditNote(
        for memo: StoreCreditMemo,
        of order: StoreOrder,
        history: OrderHistory,
        rules: CompanyRules,
        customer: CustomerNumber,
        appliedTo invoice: DocumentNumber?
    ) throws(Failure) -> ARInvoice {
        let amounts = try OrderAmounts(order, rules: rules)
        var billing = Billing(memo, of: order, amounts)
        if rules.defersRevenue {
            let schedule = DeferralSchedule(order, amounts, rules: rules)
            let outcome = schedule.outcomes(of: history.with(memo)).creditMemos[memo.entityID]
            // Without an invoice in the ledger nothing was deferred.
            billing.defer(
                invoice == nil ? [:] : outcome?.parts ?? [:],
                shipping: invoice == nil ? 0 : outcome?.shipping ?? 0
            )
        }
        return try EntryDraft(billing: billing).entry(
            EntryDraft.Heading(
                type: .creditNote,
                number: try DocumentNumbering(rules).creditMemo(memo.incrementID, storeView: memo.storeView),
                customer: customer,
                appliesTo: invoice,
                date: CalendarDate(memo.createdAt, in: rules.timeZone),
                description: "Adobe Commerce credit memo \(memo.incrementID)",
                remarks: unappliedRemark(invoice)
            ),
            of: order,
            amounts,
            rules: rules
        )
    }

    /// The credit note of what was cancelled of an order that was entered: `invoiceOn: order`.
    ///
    /// Everything is derived from what was ordered and what the store invoiced, and compared with the store's
    /// `total_canceled` (reference Adobe 11). It is dated by the order's status history, else by when the order last moved
    /// (contract, Numbers in Sage 300).
    /// - Throws: as `OrderMapping.invoice`.
    public static func creditNote(
        cancelling order: StoreOrder,
        rules: CompanyRules,
        customer: CustomerNumber,
        appliedTo invoice: DocumentNumber?
    ) throws(Failure) -> ARInvoice {
        let amounts = try OrderAmounts(order, rules: rules)
        var billing = Billing(cancellationOf: order, amounts)
        if rules.defersRevenue {
            let schedule = DeferralSchedule(order, amounts, rules: rules)
            let parts = Dictionary(
                billing.rows.filter(\.isPhysical).map { row in
                    let isWhole = !amounts.totals.hasInvoice
                    return (
                        row.itemID,
                        isWhole
                            ? DeferredPart(gross: row.gross, net: row.net)
                            : schedule.cancellation(of: row.itemID)
                    )
                },
                uniquingKeysWith: { first, _ in first }
            )
            billing.defer(parts, shipping: billing.shipping - billing.shippingDiscount)
        }
        var draft = EntryDraft(billing: billing)
        if amounts.totals.canceled != 0 {
            draft.checks = [
                ArithmeticCheck(
                    "canceled",
                    [
                        .init("grand total", amounts.totals.grandTotal),
                        .init("invoiced", -amounts.totals.invoiced),
                    ],
                    .init("cancelled total", amounts.totals.canceled)
                )
            ]
        }
        return try draft.entry(
            EntryDraft.Heading(
                type: .creditNote,
                number: try DocumentNumbering(rules).cancellation(
                    order.incrementID,
                    storeView: order.storeView
                ),
                customer: customer,
                appliesTo: invoice,
                date: CalendarDate(order.canceledAt ?? order.updatedAt, in: rules.timeZone),
                description: "Cancelled: Adobe Commerce order \(order.incrementID)",
                remarks: unappliedRemark(invoice)
            ),
            of: order,
            amounts,
            rules: rules
        )
    }

    /// The credit note of an Adobe invoice that was entered and then cancelled: `invoiceOn: invoice`.
    /// - Parameter history: what else happened to the order; needed where the company defers revenue.
    /// - Throws: as `OrderMapping.invoice`.
    public static func creditNote(
        cancelling adobeInvoice: StoreInvoice,
        of order: StoreOrder,
        history: OrderHistory,
        rules: CompanyRules,
        customer: CustomerNumber,
        appliedTo invoice: DocumentNumber?
    ) throws(Failure) -> ARInvoice {
        let amounts = try OrderAmounts(order, rules: rules)
        var billing = Billing(adobeInvoice, of: order, amounts)
        billing.isCredit = true
        if rules.defersRevenue {
            let schedule = DeferralSchedule(order, amounts, rules: rules)
            let refund = StoreCreditMemo(cancelling: adobeInvoice)
            let outcome = schedule.outcomes(of: history.with(refund)).creditMemos[refund.entityID]
            billing.defer(outcome?.parts ?? [:], shipping: outcome?.shipping ?? 0)
        }
        return try EntryDraft(billing: billing).entry(
            EntryDraft.Heading(
                type: .creditNote,
                number: try DocumentNumbering(rules).cancellation(
                    adobeInvoice.incrementID,
                    storeView: adobeInvoice.storeView
                ),
                customer: customer,
                appliesTo: invoice,
                date: CalendarDate(adobeInvoice.updatedAt, in: rules.timeZone),
                description: "Cancelled: Adobe Commerce invoice \(adobeInvoice.incrementID)",
                remarks: unappliedRemark(invoice)
            ),
            of: order,
            amounts,
            rules: rules
        )
    }

    private static func unappliedRemark(_ invoice: DocumentNumber?) -> [String] {
        invoice == nil ? ["Not applied to an invoice: the ledger has none of this order."] : []
    }
}

extension Billing {
    /// Tells each physical row what of it was not recognised yet.
    fileprivate mutating func `defer`(_ parts: [Int64: DeferredPart], shipping: Amount) {
        for position in rows.indices where rows[position].isPhysical {
            let part = parts[rows[position].itemID] ?? .nothing
            rows[position].deferral = .part(gross: part.gross, net: part.net)
        }
        shippingDeferral = shipping
    }
}

extension StoreCreditMemo {
    /// A refund of all an invoice charged: what its cancellation comes to for what was deferred.
    fileprivate init(cancelling invoice: StoreInvoice) {
        self.init(
            entityID: -invoice.entityID,
            orderID: invoice.orderID,
            invoiceID: invoice.entityID,
            incrementID: invoice.incrementID,
            storeView: invoice.storeView,
            state: .refunded,
            createdAt: invoice.updatedAt,
            updatedAt: invoice.updatedAt,
            baseCurrency: invoice.baseCurrency,
            orderCurrency: invoice.orderCurrency,
            base: invoice.base,
            ordered: invoice.ordered,
            lines: invoice.lines
        )
    }
}

extension CompanyRules {
    /// Whether revenue of anything is earned by shipping it.
    public var defersRevenue: Bool {
        accounts[.deferredRevenue] != nil || accountRules.contains { $0.targets[.deferredRevenue] != nil }
    }
}
