import Accounting
import ExactJSON

/// A kind of record that a company sets up once and documents refer to by its code.
struct SageSetup: Sendable {
    /// Module and resource, for instance `AR/ARTerms`.
    let path: String
    /// What its key may be called, the likeliest first: releases differ (reference Sage 14).
    let keys: [String]

    /// The code of a row; nil where it has none.
    func code(of row: JSON) -> String? {
        keys.lazy.compactMap { row[$0]?.string }.first { !$0.isEmpty }
    }
}

extension SageSession {
    /// The record of a code; nil when there is none. Codes are upper case in Sage 300, however they were written.
    func setupRow(_ code: String, of setup: SageSetup, in company: CompanyID) async throws(SageError) -> JSON?
    {
        guard !code.isEmpty, let name = setup.keys.first else { return nil }
        let key = SageKey(name, code.uppercased())
        guard key.isSafeInPath else {
            return try await setupRows(code, of: setup, in: company).first
        }
        guard let entity = try await entity(company, setup.path, key) else { return nil }
        guard setup.code(of: entity) != nil else {
            throw .unreadable(setup.path, company, "the answer names no record")
        }
        return entity
    }

    /// The records that carry a code, found by a filter: for keys of several parts, and for codes that a path cannot
    /// hold.
    func setupRows(_ code: String, of setup: SageSetup, in company: CompanyID) async throws(SageError)
        -> [JSON]
    {
        var refusal: SageError?
        for name in setup.keys {
            let query = ODataQuery(filter: .equals(name, code.uppercased()))
            do throws(SageError) {
                let rows = try await found(company, setup.path, query)
                // A server that ignores filters must not make us take another's record for this one.
                return rows.filter { setup.code(of: $0)?.uppercased() == code.uppercased() }
            } catch {
                // A name that the release does not know.
                guard error.status == 400 else { throw error }
                refusal = refusal ?? error
            }
        }
        if let refusal { throw refusal }
        return []
    }

    /// All records of a kind, page by page, at most `SageSession.setupLimit`.
    /// - Parameter select: properties that suffice, where whole rows are large; they are read whole when the server
    ///   does not know one of the names.
    func setupRows(of setup: SageSetup, select: [String] = [], in company: CompanyID) async throws(SageError)
        -> [JSON]
    {
        let limit = Self.setupLimit
        guard !select.isEmpty else { return try await feed(company, setup.path, ODataQuery(), limit: limit) }
        do throws(SageError) {
            return try await feed(company, setup.path, ODataQuery(select: select), limit: limit)
        } catch {
            guard error.status == 400 else { throw error }
            return try await feed(company, setup.path, ODataQuery(), limit: limit)
        }
    }

    /// The most records of one kind that a list holds.
    public static let setupLimit = 20_000
}

extension JSON {
    /// The first of the properties that holds a text.
    func firstText(_ names: String...) -> String? {
        names.lazy.compactMap { self[$0]?.string }.first { !$0.isEmpty }
    }
}
