import Accounting
import Foundation
import Messaging
import PostgresClient
import Publishing
import Storage
import Testing

/// Documents whose store view belongs to no company.
@Suite(.enabled(if: Press.isAvailable), .timeLimit(.minutes(1)))
struct HomelessTests {
    @Test func orderDiesForWantOfTheMapping() async throws {
        try await withPress { press in
            let letters = try await press.letters()
            let record = try await press.record(1, view: "uk_en", isHomeless: true)
            try await press.publisher.publish([record])
            let document = try await press.document(1, isHomeless: true)
            #expect(document.state == .dead)
            #expect(document.publishedRevision == 1, "nobody looks at it again by itself")
            let letter = try await letters.letter(of: press.tenant)
            #expect(letter.id == document.deathID)
            #expect(letter.failure.failureClass == .mapping)
            #expect(letter.failure.code == "store-view-unmapped")
            #expect(letter.failure.subject == "uk_en")
            #expect(letter.failure.reason.contains("\"uk_en\""))
            #expect(letter.amount == Decimal(string: "93.60"))
            #expect(try await press.life(record.key) == ["route dead"])
            let unpublished = try await press.database.unpublishedDeaths(kinds: [.order], olderThan: .zero)
            #expect(unpublished.isEmpty)
        }
    }

    /// Not homeless: what may stand in Sage 300 since its tenant was removed is for a person to look for.
    @Test func whatIsLeftOfARemovalDies() async throws {
        try await withPress { press in
            let letters = try await press.letters()
            try await press.record(1)
            let reason = "May stand in Sage 300 already, in error batch 9."
            _ = try await press.client.query("update documents set reason = \(reason)")
            try await press.publisher.publish([try await press.document(1)])
            let document = try await press.document(1)
            #expect(document.state == .dead && document.reason == reason)
            #expect(try await letters.letter(of: press.tenant).failure.code == "left-at-removal")
        }
    }

    @Test func customerIsSkippedWithTheReason() async throws {
        try await withPress { press in
            let record = try await press.record(1, .customer, view: "uk_en", isHomeless: true)
            try await press.publisher.publish([record])
            let document = try await press.document(1, .customer, isHomeless: true)
            #expect(document.state == .skipped)
            #expect(document.reason == "Store view \"uk_en\" belongs to no company of the tenant file.")
            #expect(document.deathID == nil)
            #expect(document.publishedRevision == 1)
            #expect(try await press.life(record.key) == ["route skipped"])
        }
    }

    @Test func onesWithACompanyAreNotKeptBackByThem() async throws {
        try await withPress { press in
            let records = [
                try await press.record(1), try await press.record(2, view: "uk_en", isHomeless: true),
                try await press.record(3, .customer, view: "", isHomeless: true),
            ]
            let position = PollCursor(updatedAt: Date(timeIntervalSince1970: 1_767_225_600), entityID: 3)
            try await press.publisher.publish(records, cursor: (press.tenant, "orders", position))
            #expect(try await press.ready() == 1)
            #expect(try await press.document(2, isHomeless: true).state == .dead)
            let orphan = try await press.document(3, .customer, isHomeless: true)
            #expect(orphan.reason == "The store view of this document no longer exists in the store.")
            #expect(try await press.database.cursor(of: press.tenant, resource: "orders") == position)
        }
    }

    @Test func newTenantFileTakesASkippedCustomerHome() async throws {
        try await withPress { press in
            try await press.apply(storeViews: "default")
            let record = try await press.record(1, .customer, view: "uk_en", isHomeless: true)
            try await press.publisher.publish([record])
            try await press.apply(storeViews: "default, uk_en")
            try await press.age("1 minute")
            try await press.publisher.sweep()
            let document = try await press.document(1, .customer)
            #expect(document.state == .waiting)
            #expect(document.document == "W00000001")
            #expect(try await press.ready(.customers) == 1)
            #expect(try await press.life(document.key) == ["route skipped", "publish published"])
        }
    }

    @Test func tenantFileWithoutTheStoreViewSkipsItAgain() async throws {
        try await withPress { press in
            try await press.apply(storeViews: "default")
            try await press.publisher.publish([
                try await press.record(1, .customer, view: "uk_en", isHomeless: true)
            ])
            try await press.apply(storeViews: "default, de_de")
            try await press.age("1 minute")
            try await press.publisher.sweep()
            #expect(try await press.document(1, .customer, isHomeless: true).state == .skipped)
            #expect(try await press.ready(.customers) == 0)
        }
    }

    @Test func replayedOrderGoesHome() async throws {
        try await withPress { press in
            try await press.apply(storeViews: "default")
            let letters = try await press.letters()
            try await press.publisher.publish([
                try await press.record(1, view: "uk_en", isHomeless: true)
            ])
            let letter = try await letters.letter(of: press.tenant)
            var report = FailureReport(
                deathID: letter.id,
                failure: letter.failure,
                failedAt: letter.failedAt,
                message: ""
            )
            report.key = press.key(1, isHomeless: true)
            try await press.database.takeIn(report)
            try await press.apply(storeViews: "default, uk_en")
            let replay = try await press.database.requestReplay(.all, rate: nil, isCanary: false)
            #expect(replay.selected == 1)
            let owner = UUID()
            #expect(try await press.database.takeReplay(owner: owner)?.id == replay.id)
            let items = try await press.database.nextReplayItems(replay.id, limit: 1)
            let sent = try await press.database.sendBack(items, of: replay.id, owner: owner)
            let document = try #require(sent?.first)
            try await press.publisher.publish([document])
            #expect(try await press.document(1).state == .waiting)
            #expect(try await press.document(1).document == "US100000001")
            #expect(try await press.ready() == 1)
            let progress = try await press.database.progress(ofReplay: replay.id)
            #expect(progress.replayed == 1)
            #expect(progress.underWay == 1)
        }
    }

    @Test(arguments: [DocumentKind.invoice, .creditmemo, .shipment])
    func whatBelongsToAnOrderIsSkippedForItsDeathSaysItAll(_ kind: DocumentKind) async throws {
        try await withPress { press in
            try await press.apply(storeViews: "default")
            try await press.publisher.publish([
                try await press.record(1, kind, view: "uk_en", isHomeless: true)
            ])
            let document = try await press.document(1, kind, isHomeless: true)
            #expect(document.state == .skipped)
            #expect(document.reason?.contains("uk_en") == true)
        }
    }

    @Test func documentWithACompanyStaysThere() async throws {
        try await withPress { press in
            try await press.apply(storeViews: "uk_en")
            let record = try await press.record(1, view: "default")
            try await press.publisher.publish([record])
            #expect(try await press.document(1).key == record.key)
            #expect(try await press.ready() == 1)
        }
    }
}
