public import Accounting
public import AdobeCommerce
import HTTPClient
import Logging
import Messaging

extension DocumentResource {
    /// The order resources are read in: customers first, so that orders find them; orders before what belongs to them;
    /// shipments before credit memos, which take back what was not shipped.
    static let readingOrder: [DocumentResource] = [.customers, .orders, .invoices, .shipments, .creditMemos]

    /// The kind of work its documents are.
    var workKind: WorkKind {
        switch self {
        case .customers: .customers
        case .orders, .invoices, .creditMemos: .invoices
        case .shipments: .ledger
        }
    }

    /// What its rows are.
    var documentKind: DocumentKind {
        switch self {
        case .customers: .customer
        case .orders: .order
        case .invoices: .invoice
        case .creditMemos: .creditmemo
        case .shipments: .shipment
        }
    }

    /// Whether anything is made of it under a tenant's rules. What is not is read where the store lets us, so that
    /// its numbers can be asked for; that it cannot be read fails no run.
    public func isNeeded(by companies: [CompanyRules]) -> Bool {
        switch self {
        case .customers, .orders: true
        case .invoices: companies.contains { $0.invoiceOn == .invoice }
        case .creditMemos: true
        case .shipments: companies.contains(where: \.defersRevenue)
        }
    }

    /// Reads each resource in turn. What fails in one does not keep the next from being read, unless it is about
    /// the whole store.
    /// - Throws: in the end, the first that failed of what is needed.
    static func forEach(
        neededBy companies: [CompanyRules],
        logger: Logger,
        _ read: (DocumentResource) async throws -> Void
    ) async throws {
        var failure: AdobeError?
        for resource in readingOrder {
            do { try await read(resource) } catch let error as AdobeError where error.isAboutOneResource {
                let isNeeded = resource.isNeeded(by: companies)
                logger.log(level: isNeeded ? .error : .notice, "\(resource.rawValue): \(error)")
                if isNeeded { failure = failure ?? error }
            }
        }
        if let failure { throw failure }
    }
}

extension AdobeError {
    /// True for what may be wrong with one kind of documents only; false for what would stop the others too.
    var isAboutOneResource: Bool {
        switch cause {
        case .rights, .noSuchRoute, .noSuchDocument, .pageSizeRefused, .refused, .unsafeQuery: true
        case .gateway, .serverError, .damaged, .pageOutOfOrder, .pageDoesNotAdvance: true
        case .transport(let cause): cause.isAboutOneAnswer
        case .badURL, .signIn, .forbidden, .redirected, .throttled, .maintenance: false
        }
    }
}

extension HTTPError.Cause {
    /// The store was there, but this answer did not come, or not whole.
    fileprivate var isAboutOneAnswer: Bool {
        switch self {
        case .firstByteTimedOut, .timedOut, .connectionLost, .bodyTooLarge, .protocolViolation: true
        case .badURL, .addressRefused, .couldNotResolve, .couldNotConnect, .tls, .connectTimedOut: false
        case .cancelled, .closed: false
        }
    }
}
