import Accounting
import ExactJSON
import Foundation
import Testing

@testable import Sage300

/// Property order is the order Sage 300 sets fields in.
struct EntryTests {
    static func invoice(_ lines: [ARInvoice.Line]) throws -> ARInvoice {
        ARInvoice(
            type: .invoice,
            number: try #require(DocumentNumber("US000000042")),
            orderNumber: "000000042",
            customer: try #require(CustomerNumber("W00000042")),
            date: try #require(CalendarDate("2026-03-08")),
            currency: try #require(Currency("USD")),
            terms: "CARD",
            taxGroup: "ECOM",
            description: "Order 000000042",
            lines: lines,
            total: lines.map(\.amount).reduce(0, +)
        )
    }

    static func line(_ amount: String, _ account: String = "4000") throws -> ARInvoice.Line {
        ARInvoice.Line(
            role: .product,
            account: account,
            description: "SKU-1",
            amount: try #require(Decimal(string: amount))
        )
    }

    @Test func anInvoice() throws {
        let invoice = try Self.invoice([Self.line("10.10"), Self.line("-0.30", "4200")])
        #expect(
            invoice.entryJSON.text == """
                {"CustomerNumber":"W00000042","DocumentType":"Invoice","InvoiceType":"Summary",\
                "DocumentNumber":"US000000042","OrderNumber":"000000042","InvoiceDescription":"Order 000000042",\
                "DocumentDate":"2026-03-08T00:00:00Z","PostingDate":"2026-03-08T00:00:00Z","Terms":"CARD",\
                "TaxGroup":"ECOM","DoNotCalculationTax":"Yes","InvoiceDetails":[{"RevenueAccount":"4000",\
                "Description":"SKU-1","ExtendedAmountWithTIP":10.1},{"RevenueAccount":"4200",\
                "Description":"SKU-1","ExtendedAmountWithTIP":-0.3}]}
                """
        )
    }

    @Test func aCreditNoteNamesItsInvoice() throws {
        var note = try Self.invoice([Self.line("1")])
        note.type = .creditNote
        note.appliesTo = DocumentNumber("US000000041")
        note.terms = nil
        note.taxGroup = nil
        let names = try #require(note.entryJSON.object).map(\.name)
        #expect(
            names == [
                "CustomerNumber", "DocumentType", "InvoiceType", "DocumentNumber", "OrderNumber",
                "InvoiceDescription", "DocumentDate", "PostingDate", "ApplytoDocument", "DoNotCalculationTax",
                "InvoiceDetails",
            ]
        )
        #expect(note.entryJSON["DocumentType"] == "CreditNote")
        #expect(note.entryJSON["ApplytoDocument"] == "US000000041")
    }

    @Test(arguments: ["0.1", "99999999999999.99", "0.005", "1234567.891", "-0.01"])
    func amountsKeepEveryDigit(_ amount: String) throws {
        let entry = try Self.invoice([Self.line(amount)]).entryJSON
        let sent = entry["InvoiceDetails"]?.array?.first?["ExtendedAmountWithTIP"]
        #expect(sent?.text == amount)
    }
}
