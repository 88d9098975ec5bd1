import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(1)))
struct RunTests {
    @Test func runsAreOpenUntilTheyEnd() async throws {
        try await withStore { store in
            let database = store.database
            let from = try #require(CalendarDate("2026-01-01"))
            let to = try #require(CalendarDate("2026-01-31"))
            let now = try await database.requestRun(store.tenant, cause: .now)
            let backfill = try await database.requestRun(store.tenant, cause: .backfill, from: from, to: to)
            #expect(try await database.openRuns(of: store.tenant).map(\.id) == [now, backfill])
            let record = try #require(try await database.run(backfill))
            #expect(record.from == from)
            #expect(record.to == to)
            #expect(record.cause == .backfill)
            #expect(try await database.lastRunStart(of: store.tenant) == nil)
            try await database.startRun(backfill)
            #expect(
                try await database.lastRunStart(of: store.tenant) == nil,
                "a backfill is no scheduled run"
            )
            try await database.startRun(now)
            #expect(try await database.lastRunStart(of: store.tenant) != nil)
            try await database.finishRun(now, error: nil)
            try await database.finishRun(backfill, error: "the store refused")
            #expect(try await database.openRuns(of: store.tenant).isEmpty)
            #expect(try await database.run(now)?.state == .done)
            #expect(try await database.run(backfill)?.state == .failed)
            #expect(try await database.run(backfill)?.error == "the store refused")
        }
    }

    @Test func liveServicesAreCounted() async throws {
        try await withStore { store in
            let (database, instance) = (store.database, UUID())
            for _ in 1...2 {
                try await database.announce(instance: instance, name: "poller", host: "a", process: 7)
            }
            try await database.announce(instance: UUID(), name: "replayer", host: "a", process: 8)
            #expect(try await database.liveInstances(of: "poller") == 1)
            _ = try await store.client.query("update services set seen_at = now() - interval '11 seconds'")
            #expect(try await database.liveInstances(of: "poller") == 0)
            try await database.retire(instance: instance)
            #expect(try await store.count("select count(*) from services") == 1)
        }
    }

    @Test func customersAreKnownPerCompanyUntilForgotten() async throws {
        try await withStore { store in
            let number = try #require(CustomerNumber("W00000042"))
            let other = try #require(CustomerNumber("W00000043"))
            let database = store.database
            try await database.confirmCustomer(
                number,
                of: store.target,
                tenant: store.tenant,
                contentHash: [1]
            )
            try await database.confirmCustomer(
                number,
                of: store.target,
                tenant: store.tenant,
                contentHash: [2]
            )
            #expect(try await database.knownCustomers([number, other], of: store.target) == ["W00000042"])
            #expect(try await database.knownCustomers([number], of: store.otherTarget).isEmpty)
            #expect(try await database.knownCustomerHash(number, of: store.target) == [2])
            try await database.forgetCustomers([number], of: store.target)
            #expect(try await database.knownCustomers([number], of: store.target).isEmpty)
        }
    }

    @Test func guestKeepsTheNumberOfTheFirstOrder() async throws {
        try await withStore { store in
            let database = store.database
            func guest(_ hash: [UInt8], _ company: CompanyID, _ order: Int64) async throws -> Int64 {
                try await database.guest(
                    emailHash: hash,
                    tenant: store.tenant,
                    company: company,
                    order: order
                )
            }
            let numbers = [
                try await guest([1], store.company, 7), try await guest([1], store.company, 8),
                try await guest([2], store.company, 8), try await guest([1], store.otherCompany, 9),
            ]
            #expect(numbers == [7, 7, 8, 9])
        }
    }

    @Test func deliveryMarksCountUntilTheyAreCleared() async throws {
        try await withStore { store in
            let database = store.database
            let counts = [
                try await database.markDelivery("acme/order/1/1"),
                try await database.markDelivery("acme/order/1/1"),
                try await database.markDelivery("acme/order/2/1"),
                try await database.markDelivery("acme/order/1/1"),
            ]
            #expect(counts == [0, 1, 0, 2])
            try await database.clearDeliveryMark("acme/order/1/1")
            #expect(try await database.markDelivery("acme/order/1/1") == 0)
        }
    }
}
