/// Who buys: a registered customer or a guest, always the same for the same seed and index.
struct Buyer: Sendable {
    let firstname: String
    let lastname: String
    let email: String
    let company: String?
    let vatNumber: String?
    let telephone: String
    let street: [String]
    let destination: Destination
    /// Position in the store's views.
    let view: Int

    init(random: inout RandomSource, index: Int, isGuest: Bool, options: StoreOptions) {
        view = random.pick(weights: options.views.map(\.weight))
        destination = random.pick(Destination.of(countries: options.views[view].countries))
        let person = random.pick(Names.people)
        firstname = person.first
        lastname = person.last
        company = random.chance(.percent(18)) ? random.pick(Names.companies) : nil
        vatNumber =
            company != nil && random.chance(.percent(50))
            ? "GB\(random.within(100_000_000...999_999_999))" : nil
        telephone = "555-\(1000 + random.below(9000))"
        let number = 1 + random.below(400)
        street =
            random.chance(.percent(15))
            ? ["\(number) \(random.pick(Names.streets))", "Apt \(1 + random.below(60))"]
            : ["\(number) \(random.pick(Names.streets))"]
        email = Self.email(of: person, index: index, isGuest: isGuest, random: &random)
    }

    private static func email(
        of person: (first: String, last: String, ascii: String),
        index: Int,
        isGuest: Bool,
        random: inout RandomSource
    ) -> String {
        let local = "\(person.ascii).\(isGuest ? "g" : "")\(index + 1)"
        switch random.below(50) {
        case 0:  // Longer than the 50 characters a ledger may hold.
            return
                "\(local).orders-and-invoices-department@accounts-payable.subsidiary.example-holdings.co.uk"
        case 1: return "\(local)+shop@example.com"
        case 2: return "\(local)@bücher.example"
        default: return "\(local)@\(random.pick(["example.com", "example.org", "mail.example.net"]))"
        }
    }
}

enum Names {
    static let people: [(first: String, last: String, ascii: String)] = [
        ("Ada", "Byron", "ada.byron"), ("Grace", "Hopper", "grace.hopper"),
        ("Łukasz", "Wiśniewski", "lukasz"),
        ("Zoë", "O'Brien", "zoe.obrien"), ("José", "Núñez Peña", "jose.nunez"), ("花子", "小林", "hanako"),
        ("Jürgen", "Groß", "juergen.gross"), ("Siân", "Llewellyn", "sian"),
        ("Mary Ann", "Smith-Jones", "mary.ann"),
        ("Олена", "Шевченко", "olena"), ("محمد", "العلي", "mohammed"), ("Bjørn", "Ærø", "bjorn"),
        ("Wolfeschlegelsteinhausen", "Bergerdorff-Kempenfeld von Hohenlohe-Langenburg", "wolfe"),
        ("Li", "N", "li.n"),
        ("Priya", "Raghunathan", "priya"), ("Chloe", "Martin", "chloe.martin"), ("Tom", "Baker", "tom.baker"),
        ("Nia", "Okafor", "nia.okafor"), ("Émile", "Zürcher", "emile"), ("Sam", "Lee 😀", "sam.lee"),
    ]
    static let companies = [
        "Northwind Outfitters Ltd.", "Müller & Söhne GmbH", "Acme, Inc.", "株式会社サンプル", "L'Atelier du Pain",
        "The International Association of Very Long Company Names and Their Trading Subsidiaries, LLC",
    ]
    static let streets = [
        "Loop Rd", "Main St", "Königsallee", "Rue de l'Église", "Queen's Gate Mews", "Calle Ñandú",
        "Burrard St",
    ]
}
