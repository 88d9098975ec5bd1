public import Foundation
public import Storage

/// What people are told of.
public enum AlertKind: String, Sendable, CaseIterable {
    /// A cause of dead letters.
    case failures
    /// A company whose work is stopped.
    case paused
    /// A sign-in that Sage 300 refused.
    case signIn
    /// Documents that have waited for too long.
    case waiting
    /// Something in Sage 300 that a person has to put right.
    case finding
    /// Orders that stay away.
    case silence
    /// A store that cannot be read.
    case polling
    /// A credential about to end.
    case credential
    /// Dead letters that nobody took care of.
    case unattended

    /// Whether somebody waits to hear that it is over.
    public var tellsEnd: Bool {
        switch self {
        case .paused, .signIn, .waiting, .silence, .polling: true
        case .failures, .finding, .credential, .unattended: false
        }
    }

    /// Whether it is so much worse than when it was told that it is told again.
    ///
    /// - Failures: ten times as many; or twice as many on another day.
    /// - Waiting: four times as long.
    /// - A credential: each time fewer of 14, 7, 3, 1 and 0 days are left.
    /// - Unattended dead letters: a week later.
    public func isWorse(_ measure: Int, than told: ToldAlert, at now: Date) -> Bool {
        let age = now.timeIntervalSince(told.toldAt)
        switch self {
        case .failures:
            return measure / 10 >= told.measure || age >= Self.day && measure / 2 >= told.measure
        case .waiting: return measure / 4 >= told.measure
        case .credential: return measure > told.measure
        case .unattended: return age >= 7 * Self.day
        case .paused, .signIn, .finding, .silence, .polling: return false
        }
    }

    private static let day: TimeInterval = 86_400

    /// How many passes of the watch come before it is looked at again: most of it does not change in seconds.
    var passesBetweenLooks: Int {
        switch self {
        case .paused, .signIn, .finding: 1
        case .failures: 6
        case .waiting, .polling: 12
        case .silence: 120
        case .credential, .unattended: 720
        }
    }
}

/// What is said of it.
public enum AlertEvent: String, Sendable { case begun, worse, over, digest, test }
