import Foundation
import Synchronization

/// Decides which calls go wrong, repeatably.
final class FaultInjector: Sendable {
    fileprivate struct Armed {
        let plan: FaultPlan
        var matches = 0
        var injected = 0
        var random: SplitMix64
    }

    private let faults: Mutex<[Armed]>

    init(_ plans: [FaultPlan]) {
        faults = Mutex(plans.map { Armed(plan: $0, random: SplitMix64(state: $0.seed)) })
    }

    /// Takes these faults from now on; counting starts again.
    func replace(_ plans: [FaultPlan]) {
        faults.withLock { $0 = plans.map { Armed(plan: $0, random: SplitMix64(state: $0.seed)) } }
    }

    /// The fault of this call, if any. The first that is due wins, all that match count it.
    func fault(for target: RequestTarget) -> FaultPlan? {
        faults.withLock { faults in
            var due: FaultPlan?
            for index in faults.indices where faults[index].plan.matches(target) {
                faults[index].matches += 1
                guard faults[index].isDue(), due == nil else { continue }
                faults[index].injected += 1
                due = faults[index].plan
            }
            return due
        }
    }

    /// How often each fault has struck, in order.
    var injected: [(kind: FaultPlan.Kind, on: String, count: Int)] {
        faults.withLock { $0.map { ($0.plan.kind, $0.plan.on, $0.injected) } }
    }
}

extension FaultInjector.Armed {
    fileprivate mutating func isDue() -> Bool {
        switch plan.schedule {
        case .first(let count): return matches <= count
        case .every(let count): return matches % max(count, 1) == 0
        case .probability(let probability):
            let draw = Decimal(random.next() >> 11) / Decimal(UInt64(1) << 53)
            return draw < probability
        }
    }
}

extension FaultPlan {
    /// `METHOD MODULE/Resource`, each of them possibly `*`.
    func matches(_ target: RequestTarget) -> Bool {
        if let company, company != target.company { return false }
        let wanted = on.split(separator: " ", maxSplits: 1).map { $0.trimmed.lowercased() }
        guard wanted.count == 2 else { return false }
        if wanted[0] != "*", wanted[0] != target.method.lowercased() { return false }
        if wanted[1] == "*" { return true }
        let place = wanted[1].split(separator: "/", omittingEmptySubsequences: false)
        guard place.count == 2 else { return false }
        let module = target.segments.count >= 5 ? target.segments[4].lowercased() : ""
        return (place[0] == "*" || place[0] == module)
            && (place[1] == "*" || place[1] == (target.entitySet ?? "").lowercased())
    }
}

/// Steele, Lea and Flood's generator: small, and the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
