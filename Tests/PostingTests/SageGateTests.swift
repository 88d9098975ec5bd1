import Accounting
import ExactJSON
import Foundation
import PostgresClient
import Sage300
import Storage
import Testing

@testable import Posting

/// A wrong password is tried once, by one call, whatever races.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct SageGateTests {
    private static func probe(_ gate: SageGate, _ company: CompanyID) async throws {
        try await gate.call(company) { session throws(SageError) in try await session.probe(company) }
    }

    @Test func manyTasksTryAWrongPasswordOnce() async throws {
        try await withBench(password: "wrong") { bench in
            let gates = [bench.company.gate, try await bench.otherProcess(), try await bench.otherProcess()]
            let refusals = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
                for index in 0..<12 {
                    let gate = gates[index % gates.count]
                    group.addTask {
                        let error = await failure { try await Self.probe(gate, bench.companyID) }
                        return (error as? SageError)?.cause == .credentials
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refusals == 12)
            #expect(try await bench.sage.failedSignIns() == 1)
            #expect(try await bench.database.refusedSignIns().count == 1)
        }
    }

    /// Unlocking a user changes nothing that this process could see: resuming the tenant tells it.
    @Test func resumingTriesOnceMore() async throws {
        try await withBench(password: "later") { bench in
            for _ in 1...3 {
                #expect(
                    await failure { try await Self.probe(bench.company.gate, bench.companyID) } is SageError
                )
            }
            #expect(try await bench.sage.failedSignIns() == 1)
            try await bench.sage.setPassword("LATER")
            _ = try await bench.database.setPaused(false, tenant: bench.tenant)
            try await Self.probe(bench.company.gate, bench.companyID)
            #expect(try await bench.database.refusedSignIns().isEmpty)
        }
    }

    /// What was learned nothing from leaves the turn to the next call.
    @Test(arguments: ["status503html", "dropBefore", "conflict", "htmlOK"])
    func anOutageLeavesTheTurn(_ fault: String) async throws {
        try await withBench { bench in
            try await bench.sage.setFaults(["on": "* *", "kind": .string(fault), "first": 1])
            #expect(await failure { try await Self.probe(bench.company.gate, bench.companyID) } is SageError)
            try await Self.probe(bench.company.gate, bench.companyID)
            let other = try await bench.otherProcess()
            try await Self.probe(other, bench.companyID)
        }
    }

    /// The call that tries the sign-in is cancelled: the others do not wait for it for ever.
    @Test func aCancelledTrialLeavesTheTurn() async throws {
        try await withBench { bench in
            try await bench.sage.setFaults(["on": "* *", "kind": "stall", "first": 1])
            let trial = Task { try await Self.probe(bench.company.gate, bench.companyID) }
            while try await bench.sage.faultsInjected() == 0 { await Task.yield() }
            trial.cancel()
            #expect(await trial.result.isFailure)
            try await Self.probe(bench.company.gate, bench.companyID)
        }
    }

    /// A 401 of one company, with a sign-in that has worked for another, stops that company until a person acts.
    @Test func aCompanyThatRefusesIsStoppedAlone() async throws {
        try await withBench { bench in
            let gate = bench.company.gate
            try await Self.probe(gate, bench.companyID)
            let other = try #require(CompanyID("NOSUCH"))
            let target = SageCompany(address: bench.company.target.address, company: other)
            #expect(await failure { try await Self.probe(gate, other) } is SageError)
            #expect(try await bench.database.pausedCompanies()[target] != nil)
            try await bench.database.recordSuccess(target)
            #expect(try await bench.database.pausedCompanies()[target] != nil)
            #expect(try await !bench.database.takeProbe(target, interval: .seconds(1)))
            #expect(try await bench.database.refusedSignIns().isEmpty)
            try await Self.probe(gate, bench.companyID)
        }
    }

    /// A refusal that could not be written down stops this process's calls all the same.
    @Test func aRefusalIsRememberedWithoutTheDatabase() async throws {
        try await withBench(password: "wrong") { bench in
            let gate = bench.company.gate
            _ = try await bench.client.query("alter table sign_ins rename column detail to gone")
            #expect(await failure { try await Self.probe(gate, bench.companyID) } is SageError)
            for _ in 1...3 { #expect(await failure { try await Self.probe(gate, bench.companyID) } != nil) }
            #expect(try await bench.sage.failedSignIns() == 1)
            _ = try await bench.client.query("alter table sign_ins rename column gone to detail")
            let error = await failure { try await Self.probe(gate, bench.companyID) }
            #expect((error as? SageError)?.cause == .credentials)
            #expect(try await bench.sage.failedSignIns() == 1)
            #expect(try await bench.database.refusedSignIns().count == 1)
        }
    }
}

extension Bench {
    /// The way that another worker process has to the same server.
    fileprivate func otherProcess() async throws -> SageGate {
        let context = PostingContext(
            database: database,
            broker: self.context.broker,
            vault: self.context.vault,
            http: self.context.http,
            logger: self.context.logger,
            instance: UUID(),
            settings: self.context.settings
        )
        return try #require(try await CompanyDirectory(context).companies().first).gate
    }
}

extension Result {
    var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}
