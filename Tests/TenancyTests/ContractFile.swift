import Foundation
import Tenancy

/// The tenant file of the contract, word for word but for its comments.
enum ContractFile {
    static let text = """
        tenant: acme
        name: Acme Outfitters
        schedule: {every: day, at: "02:00", timeZone: America/Vancouver}
        adobe:
          url: https://shop.example.com
          auth: oauth1
          consumerKey: {env: ACME_CONSUMER_KEY}
          consumerSecret: {env: ACME_CONSUMER_SECRET}
          accessToken: {env: ACME_ACCESS_TOKEN}
          accessTokenSecret: {env: ACME_ACCESS_TOKEN_SECRET}
          pageSize: 100
        sage:
          url: https://erp.example.com/Sage300WebApi
          username: connector
          password: {env: ACME_SAGE_PASSWORD}
        companies:
          - company: SAMINC
            storeViews: [default, {code: us_en, documentPrefix: UE}]
            documentPrefix: US
            timeZone: America/Vancouver
            currency: USD
            currencies: {EUR: {group: WEBEUR, guestCustomer: GUESTEUR, suffix: E}}
            invoiceOn: order
            statuses: [processing, complete, closed]
            startDate: 2026-01-01
            zeroTotals: skip
            posting: review
            customers: {group: WEB, prefix: W, guests: shared, guestCustomer: WEBGUEST}
            terms: CARD
            taxGroup: ECOM
            accounts:
              revenue: "4000"
              shipping: "4100"
              discount: "4200"
              tax: "2200"
              giftCard: "2310"
              storeCredit: "2320"
              rewardPoints: "2330"
              adjustment: "4300"
              rounding: "4990"
              deferredRevenue: "2500"
            roundingCap: 0.02
            batch: {maxEntries: 50, maxWait: 2s}
        """

    /// Answers every environment variable with a text of its own.
    static let secrets = SecretSource(environment: { "value of \($0)" }, file: { _ in nil })

    /// The file with one passage replaced.
    static func replacing(_ passage: String, with other: String) -> String {
        text.replacingOccurrences(of: passage, with: other)
    }

    static func problems(of text: String, secrets: SecretSource = secrets) -> [TenantFileProblem] {
        do throws(TenantFileError) {
            _ = try TenantFile.parse(text, secrets: secrets)
            return []
        } catch {
            return error.problems
        }
    }
}
