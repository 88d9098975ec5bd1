/// Blocks of properties that several entities share.
extension Field {
    static var address: [Field] {
        texts(60, "AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4")
            + texts(30, "City", "StateProvince") + texts(20, "ZipPostalCode") + texts(30, "Country")
            + texts(60, "ContactName") + texts(30, "PhoneNumber", "FaxNumber")
    }

    static var contacts: [Field] {
        texts(50, "ContactsEmail", "Email") + texts(30, "ContactsPhone", "ContactsFax")
    }

    static var activity: [Field] {
        choice("Status", numbered: [1: "Active", 0: "Inactive"]) + days("InactiveDate", "DateLastMaintained")
    }

    static var salespersons: [Field] {
        (fiveCodes(8, "Salesperson") + (1...5).flatMap { decimals(5, ["SalesSplitPercentage\($0)"]) }).quiet
    }

    static var taxClasses: [Field] { five("TaxClassCode", integers).quiet }

    /// Who works with `UpdateOperation` on rows; the models carry it on every level.
    static let modelOnly: Set<String> = [
        "UpdateOperation", "Warnings", "ETag", "IsDeleted", "IsNewLine", "HasChanged", "DisplayIndex",
        "ChangeSequence", "PreviousKey", "IsSelected", "Licenses",
    ]
}

extension EntitySchema {
    /// Optional fields of a record: a named value each.
    static func optionalFields(_ name: String, _ module: SageModule) -> EntitySchema {
        EntitySchema(
            name,
            module,
            key: ["OptionalField"],
            [
                Field.codes(12, "OptionalField"), Field.texts(60, "Value"),
                Field.choice(
                    "\(name)Type",
                    numbered: [
                        1: "Text", 100: "Amount", 6: "Number", 8: "Integer", 9: "YesNo", 3: "Date", 4: "Time",
                    ]
                ),
                Field.integers("Length", "Decimals").quiet, Field.truths("AllowBlank", "Validate").quiet,
                Field.texts(60, "TextValue", "OptionalFieldDescription", "ValueDescription").quiet,
            ]
        )
    }
}
