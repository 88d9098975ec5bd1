public import Accounting
public import Posting
import Storage
public import Tenancy

/// What a preview found, each cause said once.
public struct PreviewFinding: Sendable {
    /// What happened, in one sentence.
    public let cause: String
    /// Stable, lower case with dashes.
    public let code: String
    /// Of which company; nil for what belongs to none.
    public let company: CompanyID?
    /// How many documents.
    public internal(set) var count: Int
    /// One of them.
    public let example: String
    /// Who does what next, in one sentence.
    public let fix: String
    /// Rows of the tenant file to add or change, ready to paste; empty where none mends it.
    public let rows: String
}

/// Mapped documents, what is in their way, and the rows of the tenant file that would mend it.
public struct PreviewFindings: Sendable {
    /// The documents in their sequence.
    public let documents: [PreviewedDocument]
    /// What is in the way, the most frequent first.
    public let problems: [PreviewFinding]
    /// What is held until the store moves it on, the most frequent first: no problem, but perhaps not meant.
    public let held: [PreviewFinding]
    /// Companies that could not be compared, and why.
    public let notCompared: [(company: CompanyID, reason: String)]
    private let obstacles: [DocumentKey: [Failure]]

    /// Findings of documents, of rows that could not be read, and of the comparison with Sage 300.
    public init(
        _ documents: [PreviewedDocument],
        unreadable: [Failure],
        comparison: LedgerComparison.Outcome,
        _ tenant: TenantConfiguration
    ) {
        self.documents = documents
        obstacles = comparison.obstacles
        let rows = ConfigurationRows(tenant, offers: comparison.offers)
        var problems = FindingCount()
        var held = FindingCount()
        for document in documents {
            switch document.outcome {
            case .entry:
                for failure in comparison.obstacles[document.key] ?? [] {
                    problems.add(failure, document, rows)
                }
            case .refused(let failure): problems.add(failure, document, rows)
            case .held(let reason): held.add(held: reason, document, rows)
            case .leftOut: break
            }
        }
        for failure in unreadable { problems.add(failure, nil, rows) }
        self.problems = problems.sorted
        self.held = held.sorted
        notCompared = comparison.notCompared.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What Sage 300 has against a document that could be mapped.
    public func obstacles(of document: PreviewedDocument) -> [Failure] { obstacles[document.key] ?? [] }
}

/// Counts findings by cause.
private struct FindingCount {
    private var findings: [String: PreviewFinding] = [:]

    /// The most frequent first.
    var sorted: [PreviewFinding] {
        findings.values.sorted { ($1.count, $0.code, $0.cause) < ($0.count, $1.code, $1.cause) }
    }

    mutating func add(_ failure: Failure, _ document: PreviewedDocument?, _ rows: ConfigurationRows) {
        let company = document?.company
        add(
            "\(company?.name ?? "")/\(failure.code)/\(failure.subject)",
            PreviewFinding(
                cause: failure.reason,
                code: failure.code,
                company: company,
                count: 0,
                example: document?.document ?? failure.subject,
                fix: failure.nextStep,
                rows: rows.rows(for: failure, in: company)
            )
        )
    }

    mutating func add(held reason: String, _ document: PreviewedDocument, _ rows: ConfigurationRows) {
        // `status pending`, as the gate says it.
        let status = reason.hasPrefix("status ") ? String(reason.dropFirst("status ".count)) : nil
        add(
            "\(document.company?.name ?? "")/\(reason)",
            PreviewFinding(
                cause: "held: \(reason)",
                code: "held",
                company: document.company,
                count: 0,
                example: document.document,
                fix: "",
                rows: status.map { rows.rows(forStatus: $0, in: document.company) } ?? ""
            )
        )
    }

    private mutating func add(_ cause: String, _ finding: PreviewFinding) {
        findings[cause, default: finding].count += 1
    }
}
