public import Accounting

/// Why a document of a store cannot be read, and where. The value itself is never said.
public struct AdobeDocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the member.
    public enum Problem: String, Sendable, Hashable, CaseIterable {
        /// Not there, or null, though Adobe promises it.
        case missing
        /// Not a decimal number an amount can be.
        case notANumber
        /// Not a whole number.
        case notAnInteger
        /// Larger than any id of a store.
        case notAnIdentifier
        /// Neither text nor a number.
        case notText
        /// Not `2024-03-01 09:15:02`, or a day no shop ever saw.
        case notATime
        /// Not an object.
        case notAnObject
        /// Not an array.
        case notAnArray
    }

    /// For instance `$.items[2].price`.
    public let path: String
    /// What is wrong there.
    public let problem: Problem

    /// An error from its parts.
    public init(_ problem: Problem, at path: String) {
        self.problem = problem
        self.path = path
    }

    /// For instance `$.items[2].price is not a number`.
    public var description: String {
        switch problem {
        case .missing: "\(path) is missing"
        case .notANumber: "\(path) is not a number"
        case .notAnInteger: "\(path) is not a whole number"
        case .notAnIdentifier: "\(path) is not an id"
        case .notText: "\(path) is not text"
        case .notATime: "\(path) is not a time from 1970 to 2199"
        case .notAnObject: "\(path) is not an object"
        case .notAnArray: "\(path) is not an array"
        }
    }

    /// The same in the words every part of the connector shares; one group per member, whatever its position.
    public var failure: Failure {
        let member = String(path.filter { !$0.isNumber })
        return Failure(
            .document,
            code: "document-unreadable",
            reason: "The store's document cannot be read: \(self).",
            subject: "\(member) \(problem.rawValue)",
            nextStep: "Ask the store's administrator to correct the document or the extension that writes it."
        )
    }
}
