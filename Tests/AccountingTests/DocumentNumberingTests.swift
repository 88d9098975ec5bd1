import Accounting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3)))
struct DocumentNumberingTests {
    private let euro: (inout CompanyRules) -> Void = {
        $0.currencies = ["EUR": .init(group: "WEBEUR", guestCustomer: "gueur", suffix: "E")]
    }

    @Test func documentsByTheContractsTable() throws {
        let numbering = DocumentNumbering(try rules())
        #expect(try numbering.invoice("000001001", storeView: "default").text == "US000001001")
        #expect(try numbering.invoice("000001001", storeView: "us_en").text == "UE000001001")
        #expect(try numbering.invoice("000001001", storeView: "unknown").text == "US000001001")
        #expect(try numbering.creditMemo("000000901", storeView: "default").text == "USCM000000901")
        #expect(try numbering.cancellation("000001001", storeView: "us_en").text == "UECX000001001")
        #expect(try numbering.shipment("000000401", storeView: "default").text == "USSH000000401")
        #expect(try numbering.invoice("000001001-12", storeView: "default").text == "US000001001-12")
    }

    /// What a person typed into Sage 300 has other characters than ours, and is given back as it stands.
    @Test func numbersThatSage300GaveAreTakenAsTheyAre() {
        #expect(DocumentNumber(standing: " IN 12/É ")?.text == "IN 12/É")
        #expect(DocumentNumber(standing: "IN12345678901234567890A") == nil)
        #expect(DocumentNumber(standing: "  ") == nil && DocumentNumber(standing: "A\u{7}B") == nil)
        #expect(CustomerNumber(standing: "MÜLLER 1 ")?.text == "MÜLLER 1")
        #expect(CustomerNumber(standing: "web1")?.text == "WEB1")
    }

    @Test func customersByTheContractsTable() throws {
        let numbering = DocumentNumbering(try rules(change: euro))
        let (usd, eur) = (try currency("USD"), try currency("EUR"))
        #expect(try numbering.registeredCustomer(42, currency: usd).text == "W00000042")
        #expect(try numbering.registeredCustomer(42, currency: eur).text == "W00000042E")
        #expect(try numbering.individualGuest(1002, currency: usd).text == "WG00001002")
        #expect(try numbering.individualGuest(99_999_999, currency: eur).text == "WG99999999E")
        #expect(try numbering.sharedGuest(currency: usd).text == "WEBGUEST")
        #expect(try numbering.sharedGuest(currency: eur).text == "GUEUR")
    }

    @Test(
        "refused, never shortened",
        arguments: [
            ("US", "00000000000000000001", nil), ("US", "000000000000000000001", "number-too-long"),
            ("US", "", "number-missing"), ("US", "0000 1", "number-characters"),
            ("US", "0000\u{e9}", "number-characters"), ("", "000001001", nil),
        ] as [(String, String, String?)]
    )
    func refuses(_ prefix: String, _ incrementID: String, _ code: String?) throws {
        let numbering = DocumentNumbering(try rules { $0.documentPrefix = prefix })
        let failure = thrown { () throws(Failure) in
            _ = try numbering.invoice(incrementID, storeView: "default")
        }
        #expect(failure?.code == code)
        #expect(failure == nil || failure?.failureClass == .document)
    }

    @Test func theReasonNamesNumberAndLimit() throws {
        let numbering = DocumentNumbering(try rules { $0.documentPrefix = "WAREHOUSE" })
        let failure = thrown { () throws(Failure) in
            _ = try numbering.creditMemo("000000000901", storeView: "default")
        }
        #expect(
            failure?.reason == "Document number WAREHOUSECM000000000901 has 23 characters; Sage 300 takes 22."
        )
    }

    @Test("customer ids beyond eight digits", arguments: [0, -1, 100_000_000, .max] as [Int64])
    func customerIDs(_ id: Int64) throws {
        let numbering = DocumentNumbering(try rules())
        let usd = try currency("USD")
        let failure = thrown { () throws(Failure) in _ = try numbering.registeredCustomer(id, currency: usd) }
        #expect(failure?.code == "customer-number-too-long")
    }

    @Test func customerPrefixesThatAreTooLong() throws {
        let numbering = DocumentNumbering(try rules { $0.customers.prefix = "SHOP" })
        let usd = try currency("USD")
        #expect(try numbering.registeredCustomer(42, currency: usd).text == "SHOP00000042")
        let failure = thrown { () throws(Failure) in _ = try numbering.individualGuest(42, currency: usd) }
        #expect(failure?.reason == "Customer number SHOPG00000042 has 13 characters; Sage 300 takes 12.")
    }

    @Test func aSharedGuestThatIsNotNamed() throws {
        let numbering = DocumentNumbering(try rules { $0.customers.guestCustomer = nil })
        let usd = try currency("USD")
        let failure = thrown { () throws(Failure) in _ = try numbering.sharedGuest(currency: usd) }
        #expect(failure?.failureClass == .mapping)
        #expect(failure?.code == "guest-customer-missing")
    }

    @Test func whoAnOrderIsEnteredFor() throws {
        var order = try sample62()
        var rules = try rules()
        #expect(try CustomerChoice.forOrder(order, rules: rules).isSharedGuest)
        rules.customers.guests = .individual
        let first = try CustomerChoice.forOrder(order, rules: rules)
        #expect(first.number.text == "WG00001002")
        #expect(!first.isSharedGuest)
        let later = try CustomerChoice.forOrder(order, rules: rules, individualGuestEntityID: 7)
        #expect(later.number.text == "WG00000007")
        order.buyer.customerID = 42
        #expect(try CustomerChoice.forOrder(order, rules: rules).number.text == "W00000042")
        euro(&rules)
        #expect(try CustomerChoice.forOrder(order, rules: rules).number.text == "W00000042E")
    }
}

/// The failure `body` throws.
func thrown(_ body: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
        try body()
        return nil
    } catch {
        return error
    }
}
