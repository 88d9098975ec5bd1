import Accounting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3)))
struct CustomerMappingTests {
    private func ada(_ change: (inout StoreCustomer) -> Void = { _ in }) throws -> StoreCustomer {
        var customer = StoreCustomer(
            customerID: 42,
            storeView: "default",
            groupID: 1,
            email: "ada@example.com",
            firstName: "Ada",
            lastName: "Byron",
            createdAt: try instant("2023-11-05 08:00:00"),
            updatedAt: try instant("2024-02-20 17:45:10"),
            billing: StoreAddress(
                firstName: "Ada",
                lastName: "Byron",
                street: ["1 Loop Rd"],
                city: "Austin",
                region: "Texas",
                regionCode: "TX",
                postcode: "78701",
                country: "US",
                telephone: "555-0100"
            )
        )
        change(&customer)
        return customer
    }

    @Test func referenceSample63() throws {
        let customer = try CustomerMapping.customer(from: try ada(), rules: try rules())
        #expect(customer.number.text == "W00000042")
        #expect(customer.group == "WEB")
        #expect(customer.terms == "CARD")
        #expect(customer.taxGroup == "ECOM")
        #expect(customer.name == "Ada Byron")
        #expect(customer.shortName == "BYRON ADA")
        #expect(customer.contactName == "Ada Byron")
        #expect(customer.addressLines == ["1 Loop Rd"])
        #expect(customer.city == "Austin")
        #expect(customer.stateProvince == "Texas")
        #expect(customer.postalCode == "78701")
        #expect(customer.country == "US")
        #expect(customer.phone == "555-0100")
        #expect(customer.email == "ada@example.com")
        #expect(customer.remarks == [])
    }

    @Test func aCompanyGoesByItsName() throws {
        let customer = try CustomerMapping.customer(
            from: try ada {
                $0.billing?.company = "Analytical Engines &amp; Sons"
                $0.billing?.vatNumber = "GB123"
            },
            rules: try rules()
        )
        #expect(customer.name == "Analytical Engines & Sons")
        #expect(customer.shortName == "ANALYTICAL")
        #expect(customer.contactName == "Ada Byron")
        #expect(customer.taxRegistrationNumber == "GB123")
    }

    @Test func everyFieldIsWithinItsLength() throws {
        let long = String(repeating: "é x", count: 100)
        let customer = try CustomerMapping.customer(
            from: try ada {
                $0.firstName = long
                $0.lastName = long
                $0.email = String(repeating: "a", count: 60) + "@example.com"
                $0.taxNumber = long
                $0.billing = StoreAddress(
                    company: long,
                    street: [long, " ", "2", "3", "4", "5"],
                    city: long,
                    region: nil,
                    regionCode: long,
                    postcode: long,
                    country: long,
                    telephone: long
                )
            },
            rules: try rules()
        )
        #expect(customer.name.count == 60)
        #expect(customer.shortName.count <= 10)
        #expect(customer.contactName.count <= 60)
        #expect(customer.addressLines.map(\.count) == [60, 1, 1, 1])
        #expect(customer.city.count <= 30)
        #expect(customer.stateProvince.count <= 30)
        #expect(customer.country.count <= 30)
        #expect(
            [customer.email, customer.phone, customer.postalCode, customer.taxRegistrationNumber] == [
                "", "", "", "",
            ]
        )
        #expect(
            customer.remarks
                == [
                    "The name was shortened to 60 characters.",
                    "The contact name was shortened to 60 characters.",
                    "The e-mail address is longer than 50 characters and was left out.",
                    "The tax number is longer than 20 characters and was left out.",
                    "The address line was shortened to 60 characters.",
                    "Address lines beyond the fourth were left out.",
                    "The city was shortened to 30 characters.",
                    "The state or province was shortened to 30 characters.",
                    "The postcode is longer than 20 characters and was left out.",
                    "The country was shortened to 30 characters.",
                    "The telephone number is longer than 30 characters and was left out.",
                ]
        )
    }

    @Test func controlCharactersGoAndForeignOnesAreNoted() throws {
        let customer = try CustomerMapping.customer(
            from: try ada {
                $0.firstName = "A\u{0}d\u{200B}a\r\n"
                $0.lastName = "Лавлейс"
            },
            rules: try rules()
        )
        #expect(customer.name == "A da Лавлейс")
        #expect(customer.remarks == ["Some fields hold characters the company's code page may not have."])
    }

    private func lukasz(_ page: CodePage) throws -> ARCustomer {
        try CustomerMapping.customer(
            from: try ada {
                $0.firstName = "Łukasz 🎉"
                $0.lastName = "Żółć"
                $0.email = "łukasz@example.com"
                $0.billing?.street = ["ul. Świętego „Jana” 1"]
                $0.billing?.city = "Łódź"
                $0.billing?.region = nil
            },
            rules: try rules { $0.codePage = page }
        )
    }

    @Test func theCodePagesClosestLettersAreTaken() throws {
        let customer = try lukasz(.windows1252)
        #expect(customer.name == "Lukasz Zólc")
        #expect(customer.shortName == "ZÓLC LUKAS")
        #expect(customer.city == "Lódz")
        #expect(customer.addressLines == ["ul. Swietego „Jana” 1"])
        #expect(customer.email.isEmpty, "another letter would be another address")
        #expect(
            customer.remarks == [
                "Some characters of the name were replaced by the closest ones of the company's code page.",
                "Some signs of the name were left out: the company's code page lacks them.",
                "Some characters of the contact name were replaced by the closest ones of the company's code page.",
                "Some signs of the contact name were left out: the company's code page lacks them.",
                "The e-mail address holds characters the company's code page may not have and was left out.",
                "Some characters of the address line were replaced by the closest ones of the company's code page.",
                "Some characters of the city were replaced by the closest ones of the company's code page.",
            ]
        )
    }

    @Test func aCentralEuropeanCompanyKeepsItsLetters() throws {
        let customer = try lukasz(.windows1250)
        #expect(customer.name == "Łukasz Żółć" && customer.city == "Łódź")
        #expect(customer.email == "łukasz@example.com")
        #expect(customer.remarks.count == 2, "the emoji, in both names")
    }

    @Test func unicodeKeepsEverything() throws {
        let customer = try lukasz(.unicode)
        #expect(customer.name == "Łukasz 🎉 Żółć" && customer.email == "łukasz@example.com")
        #expect(customer.remarks == [])
    }

    @Test func aNameOfSignsAloneIsNone() throws {
        let customer = try CustomerMapping.customer(
            from: try ada {
                $0.firstName = "🦄"
                $0.lastName = "✨"
                $0.billing?.company = "🏢"
            },
            rules: try rules()
        )
        #expect(customer.name == "Customer 42" && customer.contactName.isEmpty)
    }

    @Test func onlyTheKeyIsUpperCase() throws {
        let customer = try CustomerMapping.customer(
            from: try ada(),
            rules: try rules { $0.customers.prefix = "w" }
        )
        #expect(customer.number.text == "W00000042")
        #expect(customer.shortName == "BYRON ADA")
    }

    @Test func aCustomerWithoutAnyNameIsStillNamed() throws {
        let customer = try CustomerMapping.customer(
            from: try ada {
                $0.firstName = " "
                $0.lastName = ""
                $0.billing = nil
            },
            rules: try rules()
        )
        #expect(customer.name == "Customer 42")
        #expect(customer.shortName == "CUSTOMER 4")
    }

    @Test func theSharedGuestTakesNothingOfTheBuyer() throws {
        let customer = try CustomerMapping.customer(from: try sample62(), rules: try rules())
        var expected = ARCustomer(number: customer.number, group: "WEB", name: "Web store guests")
        expected.shortName = "GUESTS"
        expected.terms = "CARD"
        expected.taxGroup = "ECOM"
        #expect(customer == expected)
        #expect(customer.number.text == "WEBGUEST")
    }

    @Test func aGuestOfTheirOwnIsMadeFromTheOrder() throws {
        let rules = try rules {
            $0.customers.guests = .individual
            $0.currencies = ["EUR": .init(group: "WEBEUR", guestCustomer: nil, suffix: "E")]
        }
        let customer = try CustomerMapping.customer(
            from: try sample62(),
            rules: rules,
            individualGuestEntityID: 7
        )
        #expect(customer.number.text == "WG00000007E")
        #expect(customer.group == "WEBEUR")
        #expect(customer.name == "Gil Guest")
        #expect(customer.email == "guest@example.com")
        #expect(customer.city == "Lyon")
    }

    @Test func aRegisteredBuyerIsTheSameCustomerFromOrderAndAccount() throws {
        let fromOrder = try CustomerMapping.customer(from: try sample61(), rules: try rules())
        #expect(fromOrder == (try CustomerMapping.customer(from: try ada(), rules: try rules())))
    }

    @Test func theStoresIdIsKeptWhereThereIsAFieldForIt() throws {
        let rules = try rules {
            $0.customers.optionalField = "WEBID"
            $0.customers.guests = .individual
            $0.currencies = ["EUR": .init(group: "WEBEUR", guestCustomer: nil, suffix: "E")]
            $0.customers.sageOwns = [.email]
        }
        let account = try CustomerMapping.customer(from: try ada(), rules: rules)
        #expect(account.storeID == StoreIDField(optionalField: "WEBID", storeID: "42"))
        #expect(account.sageOwns == [.email])
        let guest = try CustomerMapping.customer(
            from: try sample62(),
            rules: rules,
            individualGuestEntityID: 7
        )
        #expect(guest.storeID?.storeID == "G7")
        let buyer = try CustomerMapping.customer(from: try sample61(), rules: rules)
        #expect(buyer.storeID == account.storeID)
    }

    @Test func thereIsNoIdOfSharedGuestsNorWithoutAField() throws {
        let kept = try rules { $0.customers.optionalField = "WEBID" }
        #expect(try CustomerMapping.customer(from: try sample62(), rules: kept).storeID == nil)
        #expect(try CustomerMapping.customer(from: try ada(), rules: try rules()).storeID == nil)
    }

    @Test func capitalsOfTheShortNameFitToo() throws {
        var store = StoreCustomer(
            customerID: 7,
            storeView: "default",
            email: "j@example.com",
            firstName: "Jürgen",
            lastName: "Groß",
            createdAt: Date(timeIntervalSince1970: 0),
            updatedAt: Date(timeIntervalSince1970: 0)
        )
        store.groupID = 1
        let customer = try CustomerMapping.customer(from: store, rules: try rules())
        #expect(customer.shortName == "GROSS JÜRG")
    }

    // MARK: Deleted, moved, merged

    /// The store takes the id off the orders of an account that is deleted.
    @Test func aDeletedAccountsOrderIsAGuests() throws {
        var order = try sample61()
        order.buyer.customerID = nil
        #expect(try CustomerChoice.forOrder(order, rules: try rules()).isSharedGuest)
        order.buyer.customerID = 0
        let rules = try rules { $0.customers.guests = .individual }
        #expect(try CustomerChoice.forOrder(order, rules: rules).number.text == "WG00001001")
    }

    @Test func aMovedCustomerIsNumberedByTheCompanyOfItsView() throws {
        let moved = try ada { $0.storeView = "fr" }
        let there = try rules { $0.customers.prefix = "F" }
        #expect(try CustomerMapping.customer(from: moved, rules: there).number.text == "F00000042")
        #expect(try CustomerMapping.customer(from: try ada(), rules: try rules()).number.text == "W00000042")
    }

    @Test func mergedAccountsStayTwoNumbers() throws {
        let other = try ada { $0.customerID = 43 }
        let numbers = [try ada(), other].map {
            try? CustomerMapping.customer(from: $0, rules: rules()).number.text
        }
        #expect(numbers == ["W00000042", "W00000043"])
    }
}
