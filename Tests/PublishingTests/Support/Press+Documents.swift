import Accounting
import Foundation
import Storage
import Testing

extension Press {
    func key(_ id: Int64, _ kind: DocumentKind = .order, isHomeless: Bool = false) -> DocumentKey {
        DocumentKey(tenant: tenant, company: isHomeless ? nil : company, kind: kind, sourceID: id)
    }

    /// Records a document as a page shows it.
    @discardableResult
    func record(
        _ id: Int64,
        _ kind: DocumentKind = .order,
        content: String = "first",
        view: String = "default",
        isHomeless: Bool = false
    ) async throws -> DocumentRecord {
        let observed = ObservedDocument(
            key: key(id, kind, isHomeless: isHomeless),
            number: "\(100_000_000 + id)",
            document: isHomeless ? "\(100_000_000 + id)" : "US\(100_000_000 + id)",
            storeView: view,
            createdAt: Date(timeIntervalSince1970: 1_767_225_600),
            updatedAt: Date(timeIntervalSince1970: 1_767_225_600),
            observedAt: Date(timeIntervalSince1970: 1_767_225_600),
            source: #"{"entity_id":\#(id),"content":"\#(content)"}"#,
            contentHash: Array(content.utf8),
            amount: kind == .customer ? nil : Decimal(string: "93.60"),
            currency: kind == .customer ? nil : "USD"
        )
        return try #require(try await database.record([observed], run: 1).first)
    }

    func document(_ id: Int64, _ kind: DocumentKind = .order, isHomeless: Bool = false) async throws
        -> DocumentRecord
    {
        let key = key(id, kind, isHomeless: isHomeless)
        return try #require(try await database.documents([key])[key])
    }

    /// The steps of a document's life, `stage outcome`.
    func life(_ key: DocumentKey) async throws -> [String] {
        try await database.events(of: key).map { "\($0.stage) \($0.outcome)" }
    }

    /// Applies a tenant file whose company has these store views.
    func apply(storeViews: String) async throws {
        _ = try await database.apply(
            Database.TenantApplication(
                tenant: tenant,
                name: "Acme Outfitters",
                configuration: configuration(storeViews),
                sageAddress: "https://sage.example.com/\(tenant)",
                sageUser: "CONNECTOR",
                companies: [company],
                credentials: [],
                signInFingerprint: "f"
            )
        )
    }

    private func configuration(_ storeViews: String) -> String {
        """
        tenant: \(tenant)
        name: Acme Outfitters
        schedule: {every: 15m}
        adobe: {url: "https://shop.example.com", auth: oauth1, pageSize: 100}
        sage: {url: "https://sage.example.com/\(tenant)", username: connector}
        companies:
          - company: SAMINC
            storeViews: [\(storeViews)]
            documentPrefix: US
            timeZone: America/Vancouver
            currency: USD
            invoiceOn: order
            statuses: [processing, complete, closed]
            startDate: 2024-12-31
            zeroTotals: skip
            posting: automatic
            customers: {group: WEB, prefix: W, guests: shared, guestCustomer: WEBGUEST}
            terms: CARD
            taxGroup: ECOM
            accounts: {revenue: "4000", shipping: "4100", discount: "4200", tax: "2200", rounding: "4990"}
            batch: {maxEntries: 50, maxWait: 2s}
        """
    }
}
