/// A place orders are sent to, with its tax. Codes follow Adobe's `country-region-postcode` habit.
struct Destination: Sendable {
    struct Tax: Sendable {
        let code: String
        let rate: Share
    }

    let country: String
    let regionID: Int
    let regionCode: String
    let region: String
    let city: String
    let postcode: String
    let taxes: [Tax]
    var taxesShipping = false

    var rate: Share { Share(partsPerMillion: taxes.reduce(0) { $0 + $1.rate.partsPerMillion }) }

    static let all: [Destination] = [
        us(12, "CA", "California", "Los Angeles", "90001", 82_500),
        us(57, "TX", "Texas", "Austin", "78701", 82_500, taxesShipping: true),
        us(43, "NY", "New York", "New York", "10001-1234", 88_750, taxesShipping: true),
        us(49, "OR", "Oregon", "Portland", "97201", 0),
        us(33, "MI", "Michigan", "Calder", "49628-7978", 60_000),
        Destination(
            country: "CA",
            regionID: 67,
            regionCode: "BC",
            region: "British Columbia",
            city: "Vancouver",
            postcode: "V6B 1A1",
            taxes: [
                Tax(code: "CA-BC-*-GST", rate: .percent(5)), Tax(code: "CA-BC-*-PST", rate: .percent(7)),
            ],
            taxesShipping: true
        ),
        Destination(
            country: "CA",
            regionID: 74,
            regionCode: "ON",
            region: "Ontario",
            city: "Toronto",
            postcode: "M5V 2T6",
            taxes: [Tax(code: "CA-ON-*-HST", rate: .percent(13))],
            taxesShipping: true
        ),
        Destination(
            country: "CA",
            regionID: 76,
            regionCode: "QC",
            region: "Québec",
            city: "Montréal",
            postcode: "H2Y 1C6",
            taxes: [
                Tax(code: "CA-QC-*-GST", rate: .percent(5)),
                Tax(code: "CA-QC-*-QST", rate: Share(partsPerMillion: 99_750)),
            ],
            taxesShipping: true
        ),
        vat("GB", "Greater London", "London", "SW1A 1AA", 20), vat("DE", "Bayern", "München", "80331", 19),
        vat("FR", "Auvergne-Rhône-Alpes", "Lyon", "69001", 20), vat("JP", "東京都", "千代田区", "100-0001", 10),
        vat("MX", "Jalisco", "Guadalajara", "44100", 16), vat("KW", "", "Kuwait City", "13001", 0),
    ]

    static func of(countries: [String]) -> [Destination] {
        let known = all.filter { countries.contains($0.country) }
        return known.isEmpty ? all : known
    }

    private static func us(
        _ id: Int,
        _ code: String,
        _ region: String,
        _ city: String,
        _ postcode: String,
        _ rate: Int,
        taxesShipping: Bool = false
    ) -> Destination {
        let tax = Tax(code: "US-\(code)-*-Rate 1", rate: Share(partsPerMillion: rate))
        return Destination(
            country: "US",
            regionID: id,
            regionCode: code,
            region: region,
            city: city,
            postcode: postcode,
            taxes: rate > 0 ? [tax] : [],
            taxesShipping: taxesShipping
        )
    }

    private static func vat(
        _ country: String,
        _ region: String,
        _ city: String,
        _ postcode: String,
        _ percent: Int
    ) -> Destination {
        let tax = Tax(code: "\(country)-*-*-VAT", rate: .percent(percent))
        return Destination(
            country: country,
            regionID: 0,
            regionCode: "",
            region: region,
            city: city,
            postcode: postcode,
            taxes: percent > 0 ? [tax] : [],
            taxesShipping: true
        )
    }
}
