import Sage300

/// What a failed call means for the work in hand.
extension SageError {
    /// Sage 300 refuses this document or customer; the company is well.
    var isDocumentsFault: Bool {
        switch cause {
        case .refused, .notFound: true
        case .unreachable, .noAnswer, .busy, .locked, .credentials, .forbidden, .unavailable, .unreadable:
            false
        }
    }

    /// It may work the next time with nobody doing anything.
    var isMendedByWaiting: Bool {
        switch cause {
        case .unreachable, .noAnswer, .busy, .locked, .unreadable, .refused, .notFound: true
        case .credentials, .forbidden, .unavailable: false
        }
    }

    /// Not this one is refused but the resource: it is not there, or the user may not use it.
    var hasNoSuchResource: Bool { status == 403 || status == 404 || status == 405 }

    /// A creation that may have been done: the answer was lost, or something of that key is there.
    var mayBeThere: Bool {
        switch cause {
        case .noAnswer: true
        case .refused(let code): code == "RecordDuplicate"
        case .unreachable, .busy, .locked, .credentials, .forbidden, .notFound, .unavailable, .unreadable:
            false
        }
    }
}
