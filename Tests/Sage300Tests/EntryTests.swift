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
            target: .account(account),
            description: "SKU-1",
            amount: try #require(Amount(amount))
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

    @Test func aDistributionCodeStandsForAnAccount() throws {
        var line = try Self.line("10")
        line.target = .distributionCode("WEBSAL")
        let details = try #require(try Self.invoice([line]).entryJSON["InvoiceDetails"]?.array)
        #expect(
            details.map(\.text) == [
                #"{"DistributionCode":"WEBSAL","Description":"SKU-1","ExtendedAmountWithTIP":10}"#
            ]
        )
    }

    @Test func taxByAuthorityIsOnTheHeaderAndEachLine() throws {
        var (one, two) = (try Self.line("10"), try Self.line("5"))
        one.taxes = [try #require(Amount("0.50")), try #require(Amount("0.70"))]
        two.taxes = [try #require(Amount("0.25")), try #require(Amount("0.35"))]
        var invoice = try Self.invoice([one, two])
        invoice.taxGroup = "BC"
        invoice.taxes = [
            .init(authority: "GST", amount: try #require(Amount("0.75"))),
            .init(authority: "PST", amount: try #require(Amount("1.05"))),
        ]
        invoice.optionalFields = ["CHANNEL": "WEB"]
        #expect(
            invoice.entryJSON.text.hasSuffix(
                """
                "TaxGroup":"BC","DoNotCalculationTax":"Yes","TaxAuthority1":"GST","TaxAmount1":0.75,\
                "TaxAuthority2":"PST","TaxAmount2":1.05,"InvoiceDetails":[{"RevenueAccount":"4000",\
                "Description":"SKU-1","ExtendedAmountWithTIP":10,"TaxAmount1":0.5,"TaxAmount2":0.7},\
                {"RevenueAccount":"4000","Description":"SKU-1","ExtendedAmountWithTIP":5,"TaxAmount1":0.25,\
                "TaxAmount2":0.35}],"InvoiceOptionalFields":[{"OptionalField":"CHANNEL","Value":"WEB"}]}
                """
            )
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
