import Accounting
import Foundation
import Storage

/// Which of the live workers of a kind serves a company. Each decides alone and all decide alike: the worker with the
/// highest score for the company has it (rendezvous hashing), so that one that comes or goes moves only its own share.
///
/// It spreads the work; that nobody writes to a company beside another is the writer's lease's to promise.
struct Spread: Sendable, Hashable, CustomStringConvertible {
    private let members: [UInt64]
    private let own: UInt64

    /// - Parameter members: the live workers of the kind; without any, as before the first heartbeat is heard, this one
    ///   serves all.
    init(members: [UUID], own: UUID) {
        self.members = members.map(Self.number).sorted()
        self.own = Self.number(own)
    }

    /// Whether this worker serves the company.
    func serves(_ target: SageCompany) -> Bool {
        guard !members.isEmpty else { return true }
        let name = Self.hash("\(target.address)/\(target.company.name)".utf8)
        let best = members.max { Self.score($0, name) < Self.score($1, name) }
        return best == own
    }

    /// How many share the companies.
    var description: String { members.count < 2 ? "no others" : "\(members.count) workers" }

    private static func score(_ member: UInt64, _ name: UInt64) -> UInt64 { mixed(member ^ name) }

    private static func number(_ instance: UUID) -> UInt64 { hash(instance.uuidString.utf8) }

    /// FNV-1a, 64 bits: the same in every process, which Swift's own hashing is not.
    private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// SplitMix64's finalizer: names that differ in one character get scores that have nothing in common.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
