import Accounting

/// Refuses rules by which two customers of a company could get the same number.
///
/// A number of the scheme is prefix, perhaps `G`, eight digits and the suffix of its currency, none for the home
/// currency. Behind the prefix stands a digit for a registered customer and a `G` for a guest; the digits are always
/// eight, so what comes after them is the suffix whatever it is made of. A number can therefore be read back in one
/// way only, as long as no two suffixes are the same and no guest customer looks like one of the scheme. Sage 300
/// knows capitals only, so that is how they are compared.
///
/// What a file cannot show are the numbers of former rules: a prefix or a suffix that was in use must not be given
/// to something else. Those are told apart by e-mail address and name (`customer-number-taken`).
struct CustomerNumberScheme {
    private let rules: CompanyRules
    private let suffixes: [(code: String, suffix: String)]

    init(_ rules: CompanyRules) {
        self.rules = rules
        suffixes = rules.currencies.map { ($0.key, $0.value.suffix.uppercased()) }.sorted {
            $0.code < $1.code
        }
    }

    func refuseCollisions(_ reader: YAMLReader) {
        let currencies = reader.mapping("currencies", isRequired: false)
        refuseSigns(reader, currencies)
        refuseEqualSuffixes(currencies)
        refuseGuests(reader, currencies)
    }

    /// Blanks have no place in a number: every one of them would be a dead letter. And a customer is changed by its
    /// number in the path of a URL, where ASP.NET and IIS refuse some signs however they are escaped.
    private func refuseSigns(_ reader: YAMLReader, _ currencies: YAMLReader?) {
        let customers = reader.mapping("customers", isRequired: false)
        refuse(" <>*%&:\\?/+", in: rules.customers.prefix, "prefix", customers)
        refuse(" ", in: rules.customers.guestCustomer, "guestCustomer", customers)
        for (code, suffix) in suffixes {
            let row = currencies?.mapping(code)
            refuse(" <>*%&:\\?/+", in: suffix, "suffix", row)
            refuse(" ", in: rules.currencies[code]?.guestCustomer, "guestCustomer", row)
        }
    }

    private func refuse(_ signs: String, in text: String?, _ key: String, _ reader: YAMLReader?) {
        guard let text, text.contains(where: signs.contains) else { return }
        let others = signs == " " ? "" : " and none of\(signs.map { $0 == " " ? "" : " \($0)" }.joined())"
        reader?.refuse(key, "must have no blanks\(others): it is part of customer numbers")
    }

    private func refuseEqualSuffixes(_ currencies: YAMLReader?) {
        var owners: [String: String] = [:]
        for (code, suffix) in suffixes {
            if let owner = owners[suffix] {
                currencies?.mapping(code)?.refuse(
                    "suffix",
                    "\(suffix) is the suffix of \(owner) already; a customer of both would have one number twice"
                )
            } else {
                owners[suffix] = code
            }
        }
    }

    /// Also with `guests: individual`: the key may be set, and the rule changed later.
    private func refuseGuests(_ reader: YAMLReader, _ currencies: YAMLReader?) {
        var owners: [String: String] = [:]
        var guests = [
            (
                code: rules.currency.code, number: rules.customers.guestCustomer,
                reader: reader.mapping("customers", isRequired: false)
            )
        ]
        for (code, _) in suffixes {
            guests.append((code, rules.currencies[code]?.guestCustomer, currencies?.mapping(code)))
        }
        for guest in guests {
            guard let number = guest.number?.uppercased() else { continue }
            if isOfTheScheme(number) {
                guest.reader?.refuse(
                    "guestCustomer",
                    "\(number) could be the number of a customer of the store (\(schemeText)); choose another"
                )
            }
            if let owner = owners[number] {
                guest.reader?.refuse(
                    "guestCustomer",
                    "\(number) is the guest customer of \(owner) already; a customer of Sage 300 has one currency"
                )
            } else {
                owners[number] = guest.code
            }
        }
    }

    private func isOfTheScheme(_ number: String) -> Bool {
        let prefix = rules.customers.prefix.uppercased()
        guard number.hasPrefix(prefix) else { return false }
        var rest = number.dropFirst(prefix.count)
        if rest.first == "G" { rest = rest.dropFirst() }
        guard rest.count >= 8, rest.prefix(8).utf8.allSatisfy({ (48...57).contains($0) }) else {
            return false
        }
        let suffix = String(rest.dropFirst(8))
        return suffix.isEmpty || suffixes.contains { $0.suffix == suffix }
    }

    private var schemeText: String {
        let prefix = rules.customers.prefix.uppercased()
        return "\(prefix) or \(prefix)G, 8 digits\(suffixes.isEmpty ? "" : ", perhaps a currency's suffix")"
    }
}
