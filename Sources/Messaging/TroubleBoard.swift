import Synchronization

/// What is wrong with which queue, each said once, and once more when it is over.
final class TroubleBoard: Sendable {
    private let tell: (@Sendable (String, _ isOver: Bool) -> Void)?
    private let troubles = Mutex<[String: String]>([:])

    init(_ tell: (@Sendable (String, _ isOver: Bool) -> Void)?) { self.tell = tell }

    /// Says that something is wrong, unless it has been said.
    func note(_ subject: String, _ trouble: String) {
        let isNews = troubles.withLock { troubles in
            defer { troubles[subject] = trouble }
            return troubles[subject] != trouble
        }
        if isNews { tell?("\(subject): \(trouble)", false) }
    }

    /// Says that it is over, if it had been said.
    /// - Parameter other: a trouble that lasts all the same.
    func clear(_ subject: String, except other: String? = nil) {
        let wasTroubled = troubles.withLock { troubles in
            guard let trouble = troubles[subject], trouble != other else { return false }
            troubles[subject] = nil
            return true
        }
        if wasTroubled { tell?("\(subject): all is well again", true) }
    }
}
