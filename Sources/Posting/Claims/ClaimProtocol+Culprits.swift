import Accounting
import ExactJSON
import Sage300
import Storage

/// A batch that Sage 300 refuses costs the document that is to blame, and no other.
extension ClaimProtocol {
    /// What can be read tells most culprits at once; the rest are found by halving. With one culprit among n documents
    /// that takes no more than 2·log2(n) + 2 POSTs, the refused one included.
    func refused(_ claim: Claim, _ error: SageError) async throws {
        let left = try await batches(of: claim)
        if let batch = bearer(of: claim, among: left) {
            // An earlier try arrived after all: that is why this one is refused.
            return try await take(batch, among: left, claim)
        }
        // A refused batch may have left its head behind (reference Sage 9, partial failure).
        guard try await void(left, claim) else {
            try await database.doubt(claim, settle: .zero, detail: error.description, under: lease)
            return try await database.postpone(claim, by: .seconds(60))
        }
        try await condemn(claim, error)
    }

    private func condemn(_ claim: Claim, _ error: SageError) async throws {
        let diagnosis = EntryDiagnosis(context: context, company: company)
        let findings = await diagnosis.findings(for: claim.entries)
        guard findings.isEmpty else {
            return try await conclude(claim, refusedFor: findings, error)
        }
        guard claim.entries.count > 1 else { return try await concludeUnexplained(claim, error) }
        try await halve(claim)
    }

    /// Those with a proven cause end; the others are sent again without them.
    private func conclude(
        _ claim: Claim,
        refusedFor findings: [DocumentKey: EntryDiagnosis.Finding],
        _ error: SageError
    ) async throws {
        let attempts = try await database.documents(Array(findings.keys)).mapValues(\.attempts)
        var fates: [DocumentKey: Fate] = [:]
        for (key, finding) in findings {
            fates[key] = Self.fate(finding, attempts: attempts[key] ?? 0, error)
        }
        try await forgetCustomers(of: claim, findings)
        let others = claim.entries.filter { findings[$0.key] == nil }
        // First the split: a claim ends with the last of its documents.
        let rest = others.isEmpty ? [] : [others]
        let culprits = claim.entries.filter { findings[$0.key] != nil }
        let parts = try await database.split(claim, into: [culprits] + rest, under: lease)
        guard let condemned = parts.first else { return }
        try await conclude(condemned, fates: fates)
        for part in parts.dropFirst() { try await enter(part, hasDeliveries: false) }
    }

    /// A customer that was removed by hand is made anew, once or twice; anything else waits for a person.
    private static func fate(_ finding: EntryDiagnosis.Finding, attempts: Int, _ error: SageError) -> Fate {
        if case .customerMissing(let customer) = finding, attempts < 3 {
            return .again(reason: "customer \(customer) has gone from Sage 300 and is created again")
        }
        return .dead(
            Failure(
                .ledger,
                code: finding.code,
                reason: "Sage 300 does not take it: \(finding.reason)",
                subject: finding.subject,
                nextStep: finding.nextStep,
                evidence: error.evidence
            )
        )
    }

    private func forgetCustomers(of claim: Claim, _ findings: [DocumentKey: EntryDiagnosis.Finding])
        async throws
    {
        let gone = findings.values.compactMap { finding in
            if case .customerMissing(let customer) = finding { CustomerNumber(customer) } else { nil }
        }
        guard !gone.isEmpty else { return }
        try await database.forgetCustomers(gone, of: company.target)
    }

    /// One document that Sage 300 refuses for what cannot be read: a credit note is entered without being applied, in case
    /// that is what it refuses; anything else dies with Sage 300's own words.
    private func concludeUnexplained(_ claim: Claim, _ error: SageError) async throws {
        guard let entry = claim.entries.first else { return }
        if entry.isApplied {
            let reason = "Sage 300 refuses it (\(error.message)); it is entered again without being applied"
            return try await conclude(claim, fates: [entry.key: .again(reason: reason, isApplyRefused: true)])
        }
        if let number = CustomerNumber(entry.customer) {
            // If it is the customer that is missing, a replay is to create it.
            try await database.forgetCustomers([number], of: company.target)
        }
        try await conclude(claim, fates: [entry.key: .dead(error.failure)])
    }

    /// Sent again and again, never answered and never there: the document that Sage 300 chokes on is found by halving, and a
    /// batch that is too large for its time limits made smaller. What was sent is looked for a day longer, and emptied.
    func condemnUnanswered(_ claim: Claim) async throws {
        guard claim.entries.count == 1, let entry = claim.entries.first else {
            for part in try await database.split(claim, into: claim.halves, under: lease) {
                try await enter(part, hasDeliveries: false)
            }
            return
        }
        let failure = Failure(
            .ledger,
            code: "never-answered",
            reason:
                "Sage 300 never answered when \(entry.document) was entered, \(claim.tryNumber) times, and has not entered it.",
            moneyAtRisk: true,
            nextStep:
                "Look in Sage 300's log for what goes wrong, and whether the document is there by now; then replay."
        )
        try await conclude(claim, fates: [entry.key: .dead(failure)])
    }

    /// The second half is not sent whole where the first one is good: it holds the culprit.
    private func halve(_ claim: Claim) async throws {
        let parts = try await database.split(claim, into: claim.halves, under: lease)
        guard let first = parts.first else { return }
        let isFirstGood = try await enter(first, hasDeliveries: false)
        guard let second = parts.dropFirst().first else { return }
        if isFirstGood, second.entries.count > 1 {
            try await halve(second)
        } else {
            try await enter(second, hasDeliveries: false)
        }
    }
}

extension Claim {
    fileprivate var halves: [[ClaimEntry]] {
        let middle = (entries.count + 1) / 2
        return [Array(entries[..<middle]), Array(entries[middle...])]
    }
}

extension ClaimEntry {
    /// Whether it is a credit note that names the invoice it is applied to.
    var isApplied: Bool { (try? JSON(parsing: payload))?["ApplytoDocument"] != nil }
}
