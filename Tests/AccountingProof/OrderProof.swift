import Accounting

/// One order and what belongs to it, mapped and compared.
struct OrderProof {
    let order: StoreOrder
    let belongings: OrderDocuments.Belongings
    let rules: CompanyRules
    /// Makes the case again.
    let place: String

    func run(_ tally: inout Tally) {
        guard let customer = CustomerNumber("W00000001") else { return }
        prove("order", &tally) {
            let invoice = try OrderMapping.invoice(for: order, rules: rules, customer: customer)
            return (invoice, expected(order.base.grandTotal, order.ordered.grandTotal))
        }
        proveInvoices(customer, &tally)
        proveCredits(customer, &tally)
        proveShipments(&tally)
    }

    private func proveInvoices(_ customer: CustomerNumber, _ tally: inout Tally) {
        var byInvoice = rules
        byInvoice.invoiceOn = .invoice
        for adobeInvoice in belongings.invoices {
            prove("invoice", &tally) {
                let invoice = try InvoiceMapping.invoice(
                    for: adobeInvoice,
                    of: order,
                    rules: byInvoice,
                    customer: customer
                )
                return (invoice, expected(adobeInvoice.base.grandTotal, adobeInvoice.ordered.grandTotal))
            }
        }
    }

    private func proveCredits(_ customer: CustomerNumber, _ tally: inout Tally) {
        for memo in belongings.creditMemos {
            prove("credit memo", &tally) {
                let note = try CreditNoteMapping.creditNote(
                    for: memo,
                    of: order,
                    history: history,
                    rules: rules,
                    customer: customer,
                    appliedTo: DocumentNumber("P1")
                )
                return (note, expected(memo.base.grandTotal, memo.ordered.grandTotal))
            }
        }
        guard CancellationGate.isCancelled(order) else { return }
        prove("cancellation", &tally) {
            let note = try CreditNoteMapping.creditNote(
                cancelling: order,
                rules: rules,
                customer: customer,
                appliedTo: DocumentNumber("P1")
            )
            let total = expected(
                order.base.grandTotal - order.base.invoiced,
                order.ordered.grandTotal - order.ordered.invoiced
            )
            return (note, total)
        }
    }

    /// What shipments recognise, with what refunds and cancellations took back, is what was deferred, to the cent.
    private func proveShipments(_ tally: inout Tally) {
        guard rules.defersRevenue, let customer = CustomerNumber("W00000001") else { return }
        do {
            var balance = try OrderMapping.invoice(for: order, rules: rules, customer: customer).deferred
            for shipment in belongings.shipments {
                let entry = try ShipmentMapping.entry(
                    for: shipment,
                    of: order,
                    history: history,
                    rules: rules
                )
                tally.count("shipment", entry.currency.code)
                let sum = entry.details.reduce(Amount.zero) { $0 + $1.amount }
                if sum != 0 {
                    tally.failures.append("\(place): shipment \(entry.number) is out of balance by \(sum)")
                }
                balance -= entry.details.filter { $0.role == .deferredRevenue }.reduce(.zero) {
                    $0 + $1.amount
                }
            }
            for memo in belongings.creditMemos {
                balance -= try CreditNoteMapping.creditNote(
                    for: memo,
                    of: order,
                    history: history,
                    rules: rules,
                    customer: customer,
                    appliedTo: nil
                ).deferred
            }
            if CancellationGate.isCancelled(order) {
                balance -= try CreditNoteMapping.creditNote(
                    cancelling: order,
                    rules: rules,
                    customer: customer,
                    appliedTo: nil
                ).deferred
            }
            if isSettled, balance != 0 {
                tally.failures.append("\(place): \(balance) stays deferred though nothing is left to ship")
            }
        } catch {
            tally.failures.append("\(place): \(error)")
        }
    }

    private var history: OrderHistory {
        OrderHistory(shipments: belongings.shipments, creditMemos: belongings.creditMemos)
    }

    /// Nothing is left to ship: complete, closed or cancelled.
    private var isSettled: Bool { ["complete", "closed", "canceled"].contains(order.state) }

    private func expected(_ base: Amount, _ ordered: Amount) -> Amount {
        rules.currencies[order.orderCurrency] != nil && order.orderCurrency != rules.currency.code
            ? ordered : base
    }

    private func prove(_ kind: String, _ tally: inout Tally, _ map: () throws -> (ARInvoice, Amount)) {
        do {
            let (entry, total) = try map()
            tally.count(kind, entry.currency.code)
            if entry.lines.contains(where: { $0.role == .rounding }) { tally.roundingLines += 1 }
            let sum =
                entry.lines.reduce(Amount.zero) { $0 + $1.amount }
                + entry.taxes.reduce(Amount.zero) { $0 + $1.amount }
            let rounded = total.rounded(to: entry.currency)
            if sum != rounded || entry.total != rounded {
                tally.failures.append("\(place): \(kind) comes to \(sum), the store's total is \(rounded)")
            }
            for (position, tax) in entry.taxes.enumerated() {
                let onLines = entry.lines.reduce(Amount.zero) { $0 + $1.taxes[position] }
                if onLines != tax.amount {
                    tally.failures.append(
                        "\(place): \(kind) has tax of \(onLines) on its lines, \(tax.amount) above"
                    )
                }
            }
        } catch {
            tally.failures.append("\(place): \(kind): \(error)")
        }
    }
}

extension ARInvoice {
    /// What it defers, or takes back of it.
    fileprivate var deferred: Amount {
        lines.filter { $0.account.hasPrefix("25") }.reduce(.zero) { $0 + $1.amount }
    }
}
