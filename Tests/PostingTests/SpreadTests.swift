import Accounting
import Foundation
import Storage
import Testing

@testable import Posting

/// Who serves which company.
struct SpreadTests {
    private static func targets(_ count: Int) throws -> [SageCompany] {
        try (1...count).map {
            SageCompany(address: "https://erp.example.com", company: try #require(CompanyID("CO\($0)")))
        }
    }

    /// By company, the positions of the workers that serve it.
    private static func servers(_ members: [UUID], _ targets: [SageCompany]) -> [[Int]] {
        let views = members.map { Spread(members: members, own: $0) }
        return targets.map { target in views.indices.filter { views[$0].serves(target) } }
    }

    @Test(arguments: [1, 2, 3, 8, 32])
    func everyCompanyHasOneServer(workers: Int) throws {
        let members = (0..<workers).map { _ in UUID() }
        let servers = Self.servers(members, try Self.targets(500))
        #expect(servers.allSatisfy { $0.count == 1 })
    }

    @Test func theOrderOfTheListIsNothing() throws {
        let members = (0..<5).map { _ in UUID() }
        let targets = try Self.targets(100)
        for own in members {
            let one = Spread(members: members, own: own)
            let other = Spread(members: members.reversed(), own: own)
            #expect(one == other)
            #expect(targets.allSatisfy { one.serves($0) == other.serves($0) })
        }
    }

    @Test func sharesAreAlike() throws {
        let members = (0..<8).map { _ in UUID() }
        let servers = Self.servers(members, try Self.targets(1000)).compactMap(\.first)
        for position in members.indices {
            // 125 on average; four standard deviations are about 42.
            #expect((75...180).contains(servers.count { $0 == position }))
        }
    }

    @Test func onlyTheShareOfOneThatGoesMoves() throws {
        let members = (0..<6).map { _ in UUID() }
        let targets = try Self.targets(300)
        let before = Self.servers(members, targets).compactMap(\.first)
        let after = Self.servers(Array(members.dropLast()), targets).compactMap(\.first)
        for (old, new) in zip(before, after) { #expect(old == new || old == 5) }
        #expect(before.contains(5))
    }

    @Test func withoutAListThisOneServesAllAndOneThatIsMissedNothing() throws {
        let targets = try Self.targets(20)
        #expect(targets.allSatisfy { Spread(members: [], own: UUID()).serves($0) })
        #expect(!targets.contains { Spread(members: [UUID()], own: UUID()).serves($0) })
    }
}
