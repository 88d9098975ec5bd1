public import Accounting
import ExactJSON

/// A currency that a Sage 300 system knows.
public struct SageCurrency: Sendable, Hashable {
    /// ISO 4217 code, as a rule.
    public let code: String
    /// What people call it.
    public let description: String
}

/// A kind of exchange rate, for instance `SP` for spot rates.
public struct SageRateType: Sendable, Hashable {
    /// The code.
    public let code: String
    /// What people call it.
    public let description: String
}

extension SageCurrency {
    static let setup = SageSetup(path: "CS/CSCurrencyCodes", keys: ["CurrencyCodeKey", "CurrencyCode"])

    /// Nil when the row names no currency.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json) else { return nil }
        self.code = code
        description = json.firstText("Description") ?? ""
    }
}

extension SageRateType {
    /// What its key is called is documented nowhere that was found.
    static let setup = SageSetup(
        path: "CS/CSCurrencyRateTypes",
        keys: ["RateTypeKey", "RateType", "CurrencyRateTypeKey", "CurrencyRateType"]
    )

    /// Nil when the row names no rate type.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json) else { return nil }
        self.code = code
        description = json.firstText("Description", "RateTypeDescription") ?? ""
    }
}

extension SageSession {
    /// A currency; nil when there is none of that code.
    public func currency(_ code: String, in company: CompanyID) async throws(SageError) -> SageCurrency? {
        try await setupRow(code, of: SageCurrency.setup, in: company).flatMap { SageCurrency($0) }
    }

    /// All currencies, by code.
    public func currencies(in company: CompanyID) async throws(SageError) -> [SageCurrency] {
        try await setupRows(of: SageCurrency.setup, in: company).compactMap { SageCurrency($0) }
    }

    /// All kinds of exchange rates, by code.
    public func rateTypes(in company: CompanyID) async throws(SageError) -> [SageRateType] {
        try await setupRows(of: SageRateType.setup, in: company).compactMap { SageRateType($0) }
    }
}
