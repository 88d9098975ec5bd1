public import Accounting
public import HTTPClient

/// Why a store could not be read: what happened, whom it concerns and what mends it.
///
/// Never holds a credential; sentences hold neither query values nor anything of a document.
public struct AdobeError: Error, Sendable, Hashable {
    /// What is wrong with a body that should have been JSON.
    public enum Damage: String, Sendable, Hashable, CaseIterable {
        /// A web page: maintenance, a firewall's question, a login.
        case webPage
        /// Nothing at all.
        case empty
        /// Ends in the middle.
        case truncated
        /// Bytes that are no text.
        case invalidUTF8
        /// Anything else that is not JSON.
        case malformed
        /// JSON, but not what this endpoint answers with.
        case unexpectedShape
    }

    /// Who answered, or did not.
    public enum Party: String, Sendable, Hashable, CaseIterable {
        /// A store on premises or on Adobe's cloud platform.
        case store
        /// A store of Adobe Commerce as a Cloud Service, or the gateway before it.
        case cloudStore
        /// Adobe's identity service, which gives out the tokens for the Cloud Service.
        case identityService
    }

    /// What happened.
    public enum Cause: Sendable, Hashable {
        /// The store's address in the tenant file.
        case badURL(StoreURL.Problem)
        /// A query that not every verifier would read alike; it was not sent.
        case unsafeQuery(AdobeQuery.Problem)
        /// There is no answer.
        case transport(HTTPError.Cause)
        /// 401 or 400: the credentials.
        case signIn(SignInRefusal)
        /// 401 with the missing resources, as Adobe sends it for missing rights and for inactive integrations.
        case rights(resources: String)
        /// 403, or a 401 that is no answer of Adobe's: a firewall or a password in front of the store.
        case forbidden
        /// 3xx; the other scheme and host, if it was said.
        case redirected(to: String?)
        /// 404: no such path.
        case noSuchRoute
        /// 404: no such document.
        case noSuchDocument
        /// 400: the store limits pages.
        case pageSizeRefused(maximum: Int)
        /// Another 4xx, with the template of the store's message.
        case refused(message: String)
        /// 429.
        case throttled
        /// 503.
        case maintenance
        /// 502, 504 and their like, and a 503 after a long wait: what stands before the store did not get its
        /// answer.
        case gateway
        /// Another 5xx, with the number under which the store logged it.
        case serverError(reportID: String?)
        /// A body that is not the JSON asked for.
        case damaged(Damage)
        /// Rows not sorted as asked, or not behind the cursor: reading on would lose some.
        case pageOutOfOrder
        /// A full page without a row to go on from.
        case pageDoesNotAdvance
    }

    /// What happened.
    public let cause: Cause
    /// What was asked for.
    public let resource: AdobeResource?
    /// Who it is about.
    public let party: Party
    /// Status of the answer, where there was one.
    public let status: Int?
    /// How long the store wants to be left alone.
    public let retryAfter: Duration?
    /// At most 2 kB of the answer with credentials blotted out, for a person who looks into it. May hold
    /// personal data; not part of `description`.
    public let excerpt: String

    /// An error from its parts.
    public init(
        _ cause: Cause,
        resource: AdobeResource? = nil,
        party: Party = .store,
        status: Int? = nil,
        retryAfter: Duration? = nil,
        excerpt: String = ""
    ) {
        self.cause = cause
        self.resource = resource
        self.party = party
        self.status = status
        self.retryAfter = retryAfter
        self.excerpt = excerpt
    }

    /// Decides what happens next (architecture, Failures).
    public var failureClass: FailureClass {
        switch cause {
        case .badURL, .unsafeQuery, .redirected, .noSuchRoute, .pageSizeRefused, .refused: .mapping
        case .signIn(.nonceUsed), .signIn(.nonceOrClock): .transient
        case .signIn: .credentials
        case .rights, .forbidden: .rights
        case .noSuchDocument, .pageOutOfOrder, .pageDoesNotAdvance: .document
        case .throttled, .maintenance, .gateway, .serverError, .damaged: .transient
        case .transport(let cause): Self.failureClass(of: cause)
        }
    }

    private static func failureClass(of cause: HTTPError.Cause) -> FailureClass {
        switch cause {
        case .badURL, .addressRefused: .mapping
        case .couldNotResolve, .couldNotConnect, .tls, .connectTimedOut: .unreachable
        case .firstByteTimedOut, .timedOut, .connectionLost, .bodyTooLarge, .protocolViolation: .transient
        case .cancelled, .closed: .transient
        }
    }

    /// True when trying again within seconds makes sense.
    var isWorthRetrying: Bool {
        switch cause {
        case .throttled, .maintenance, .gateway, .serverError, .damaged: true
        case .transport(.cancelled), .transport(.closed), .transport(.tls), .transport(.bodyTooLarge): false
        // It had a minute or two already.
        case .transport(.firstByteTimedOut), .transport(.timedOut): false
        case .transport: failureClass == .transient || failureClass == .unreachable
        default: false
        }
    }

    /// True when one row among many may be all that is wrong: text the store cannot encode, a huge order, or one
    /// that its process dies of.
    var mayBeOneRow: Bool {
        switch cause {
        case .serverError: status == 500
        case .damaged(.webPage): false
        case .damaged, .transport(.bodyTooLarge): true
        default: mayBeTheWay
        }
    }

    /// True when the answer may as well have been lost on the way: believed of a row after several tries only.
    var mayBeTheWay: Bool {
        switch cause {
        case .transport(.connectionLost): true
        // 520 is Cloudflare's word for a store that hung up.
        case .gateway: status == 502 || status == 520
        default: false
        }
    }

    /// True when the store, or what stands before it, has waited long for an answer: fewer rows may be ready
    /// in time. 522 and 524 are Cloudflare's.
    var meansTooSlow: Bool {
        switch cause {
        case .transport(.firstByteTimedOut), .transport(.timedOut): true
        case .gateway: [408, 503, 504, 522, 524].contains(status)
        default: false
        }
    }
}
