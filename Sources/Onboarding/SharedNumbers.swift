import Accounting
import Tenancy

/// Two tenants that write into the same company of the same Sage 300, looked at for numbers both could give.
struct SharedNumbers {
    typealias Side = (tenant: TenantConfiguration, rules: CompanyRules)

    let ours: Side
    let theirs: Side

    /// One sentence for each kind of number.
    var warnings: [String] {
        let other =
            "tenant \(theirs.tenant.tenant), which writes into \(ours.rules.company) of the same Sage 300, too"
        if isSameStore, !sharedViews.isEmpty {
            return [
                "companies[\(ours.rules.company)].storeViews: \(sharedViews.joined(separator: ", ")) of the same store "
                    + "\(sharedViews.count == 1 ? "is" : "are") read by \(other): every order would be entered twice. "
                    + "Take the view out of one file, or pause one of the two."
            ]
        }
        var warnings: [String] = []
        let prefixes = sharedPrefixes.map { $0.isEmpty ? "none" : "\"\($0)\"" }
        if !prefixes.isEmpty {
            warnings.append(
                "companies[\(ours.rules.company)].documentPrefix: \(prefixes.joined(separator: ", ")) is the prefix of \(other): "
                    + "where both stores have an order of one number, the second is dead-lettered. Choose another prefix."
            )
        }
        // Of one store they are the same people.
        if !isSameStore, sharesCustomerPrefix {
            warnings.append(
                "companies[\(ours.rules.company)].customers.prefix: \"\(ours.rules.customers.prefix)\" is that of \(other): "
                    + "two people with one id would be one customer, which is dead-lettered where e-mail and name tell them "
                    + "apart. Choose another prefix."
            )
        }
        return warnings
    }

    private var isSameStore: Bool { ours.tenant.adobe.url == theirs.tenant.adobe.url }

    private var sharedViews: [String] {
        let others = Set(theirs.rules.storeViews.map(\.code))
        return ours.rules.storeViews.map(\.code).filter(others.contains)
    }

    private var sharedPrefixes: [String] {
        let others = Self.prefixes(theirs.rules)
        return Self.prefixes(ours.rules).filter(others.contains).sorted()
    }

    private static func prefixes(_ rules: CompanyRules) -> Set<String> {
        Set(rules.storeViews.map { $0.documentPrefix ?? rules.documentPrefix })
    }

    private var sharesCustomerPrefix: Bool {
        ours.rules.customers.prefix.uppercased() == theirs.rules.customers.prefix.uppercased()
    }
}
