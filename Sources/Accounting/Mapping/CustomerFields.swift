/// The fields of one AR customer while they are filled.
struct CustomerFields {
    /// More than that are not a buyer's addresses but a list of branches, and every one is a call to Sage 300.
    static let maximumLocations = 50

    private var customer: ARCustomer
    private var fitting: FieldFitting
    private let optionalField: String?

    init(number: CustomerNumber, group: String, rules: CompanyRules) {
        customer = ARCustomer(number: number, group: group, name: "")
        customer.terms = rules.terms
        customer.taxGroup = rules.taxGroup
        customer.sageOwns = rules.customers.sageOwns
        optionalField = rules.customers.optionalField
        fitting = FieldFitting(codePage: rules.codePage)
    }

    /// The customer with the remarks on all that was filled.
    var finished: ARCustomer {
        var fitting = fitting
        if fitting.hasForeign {
            fitting.remark("Some fields hold characters the company's code page may not have.")
        }
        var customer = customer
        customer.remarks = fitting.remarks
        return customer
    }

    /// Keeps the store's id, where the tenant has a field for it.
    mutating func keep(storeID: String) {
        customer.storeID = optionalField.map { StoreIDField(optionalField: $0, storeID: storeID) }
    }

    mutating func fillSharedGuest() {
        customer.name = "Web store guests"
        customer.shortName = "GUESTS"
    }

    mutating func fill(
        firstName: String?,
        lastName: String?,
        email: String,
        taxNumber: String?,
        address: StoreAddress?,
        otherwise: String
    ) {
        let person = "\(firstName ?? "") \(lastName ?? "")"
        let company = address?.company ?? ""
        let isCompany = !fitting.plain(company).isEmpty
        let isPerson = !fitting.plain(person).isEmpty
        let name = isCompany ? company : isPerson ? person : otherwise
        customer.name = fitting.shortened(name, 60, "name")
        // Only an index for people who search by it, so its length is nothing to remark on. Upper case, as the
        // desktop enters it, before it is cut: a capital may be longer (ß).
        let shortName = isCompany || !isPerson ? name : "\(lastName ?? "") \(firstName ?? "")"
        customer.shortName = LedgerText.prefix(fitting.plain(fitting.plain(shortName).uppercased()), 10)
        customer.contactName = fitting.shortened(person, 60, "contact name")
        customer.email = fitting.email(email)
        let hasTaxNumber = !fitting.plain(taxNumber).isEmpty
        customer.taxRegistrationNumber = fitting.whole(
            hasTaxNumber ? taxNumber : address?.vatNumber,
            20,
            "tax number"
        )
        if let address { fill(address) }
    }

    private mutating func fill(_ address: StoreAddress) {
        customer.addressLines = fitting.lines(address.street, "address line")
        customer.city = fitting.shortened(address.city, 30, "city")
        customer.stateProvince = fitting.shortened(fitting.region(of: address), 30, "state or province")
        customer.postalCode = fitting.whole(address.postcode, 20, "postcode")
        customer.country = fitting.shortened(address.country, 30, "country")
        customer.phone = fitting.whole(address.telephone, 30, "telephone number")
    }

    /// The addresses that are not the customer's own, each by its id; the default shipping address is kept first
    /// when there are too many, then the oldest.
    mutating func fillShipToLocations(_ store: StoreCustomer) {
        let own = (store.billing ?? store.shipping).map {
            var aside = FieldFitting(codePage: fitting.codePage)
            return aside.location($0)
        }
        var locations: [ARShipToLocation] = []
        let ordered = store.addresses.sorted {
            ($0.isDefaultShipping ? 0 : 1, $0.addressID) < ($1.isDefaultShipping ? 0 : 1, $1.addressID)
        }
        for further in ordered {
            var aside = fitting
            var location = aside.location(further.address)
            guard location != own else { continue }
            guard let key = ARShipToLocation.key(addressID: further.addressID) else {
                fitting.remark("An address was left out: its id does not fit the key of a ship-to location.")
                continue
            }
            // An id is unique in the store; were it not, one location would be written twice.
            guard !locations.contains(where: { $0.key == key }) else { continue }
            guard locations.count < Self.maximumLocations else {
                fitting.remark("Ship-to locations beyond \(Self.maximumLocations) were left out.")
                break
            }
            fitting = aside
            location.key = key
            location.isPrimary = further.isDefaultShipping
            locations.append(location)
        }
        customer.shipToLocations = locations.sorted { $0.key < $1.key }
    }
}

extension FieldFitting {
    /// Who is there, and where: named by the company, else the person, else the town. The key is still to be set.
    mutating func location(_ address: StoreAddress) -> ARShipToLocation {
        let person = "\(address.firstName ?? "") \(address.lastName ?? "")"
        let name = [address.company, person, address.city].first { !plain($0).isEmpty }
        let description = shortened(name ?? "Address", 60, "ship-to name")
        var location = ARShipToLocation(key: "", description: description)
        location.addressLines = lines(address.street, "ship-to address line")
        location.city = shortened(address.city, 30, "ship-to city")
        location.stateProvince = shortened(region(of: address), 30, "ship-to state or province")
        location.postalCode = whole(address.postcode, 20, "ship-to postcode")
        location.country = shortened(address.country, 30, "ship-to country")
        location.contactName = shortened(person, 60, "ship-to contact name")
        location.phone = whole(address.telephone, 30, "ship-to telephone number")
        return location
    }

    /// The region's name, else its short code.
    func region(of address: StoreAddress) -> String? {
        plain(address.region).isEmpty ? address.regionCode : address.region
    }
}
