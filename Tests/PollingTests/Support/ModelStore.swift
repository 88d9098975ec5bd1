import ExactJSON
import Foundation

@testable import AdobeCommerce

/// A store that changes while it is read, in simulated time: late commits, bursts, rows that move between pages,
/// changes that move no `updated_at`, and a database whose clock is wrong.
///
/// Seconds count from the beginning of the simulation.
struct ModelStore {
    /// What may befall it.
    struct Hazards {
        /// Of a thousand changes, how many become visible late …
        var latePerMille = 20
        /// … and by how many seconds at most.
        var latest = 700
        /// Of a thousand changes, how many move no `updated_at`.
        var silentPerMille = 10
        /// Of a thousand changes, how many come in a burst of one second.
        var burstPerMille = 1
        var burst = 400
        /// How far the database's clock is ahead of the web server's.
        var databaseClock = 0
    }

    private struct Row {
        var stamp: Int32
        var visibleStamp: Int32
        var version: Int32
        var visibleVersion: Int32
        /// The last visible version that moved `updated_at`.
        var movedVersion: Int32 = 0
    }

    /// A change that is not committed yet.
    private struct Pending {
        let row: Int
        let stamp: Int32
        let version: Int32
        let isSilent: Bool
    }

    static let epoch = Date(timeIntervalSince1970: 1_767_225_600)

    private let hazards: Hazards
    private var random: SplitMix
    private var rows: [Row] = []
    /// Ids by second; entries of rows that have moved on are stale.
    private var bySecond: [[Int32]]
    private var pending: [Int: [Pending]] = [:]
    private let offset: Int
    /// The web server's clock.
    private(set) var now = 0
    /// Nobody changes anything any more.
    private var isClosed = false
    private(set) var changes = 0

    init(seconds: Int, hazards: Hazards, seed: UInt64) {
        self.hazards = hazards
        random = SplitMix(seed: seed)
        offset = 7200
        bySecond = Array(repeating: [], count: seconds + 2 * offset)
    }

    var count: Int { rows.count }

    /// Versions as whoever looks now sees them.
    func version(of id: Int) -> Int32 { rows[id - 1].visibleVersion }

    /// The last version that a reader by `updated_at` can be expected to find.
    func movedVersion(of id: Int) -> Int32 { rows[id - 1].movedVersion }

    /// Lets time pass, with changes at a rate per thousand seconds.
    mutating func pass(seconds: Int, changesPerThousandSeconds rate: Int) {
        for _ in 0..<seconds {
            now += 1
            commit()
            guard !isClosed else { continue }
            var due = rate / 1000 + (Int(random.next() % 1000) < rate % 1000 ? 1 : 0)
            if due > 0, chance(hazards.burstPerMille) { due += hazards.burst }
            for _ in 0..<due { change() }
        }
    }

    /// Ends the changes, and lets time pass until everything is visible.
    mutating func settle(seconds: Int) {
        isClosed = true
        pass(seconds: seconds, changesPerThousandSeconds: 0)
    }

    private mutating func chance(_ perMille: Int) -> Bool { Int(random.next() % 1000) < perMille }

    private mutating func change() {
        changes += 1
        let isNew = rows.isEmpty || random.next() % 10 < 4
        // The newest are changed most.
        let reach = UInt64(min(max(rows.count, 1), random.next() % 5 == 0 ? rows.count + 1 : 200))
        let index = isNew ? rows.count : rows.count - 1 - Int(random.next() % max(reach, 1)) % rows.count
        if isNew { rows.append(Row(stamp: .min, visibleStamp: .min, version: 0, visibleVersion: 0)) }
        rows[index].version += 1
        let isSilent = !isNew && rows[index].visibleVersion > 0 && chance(hazards.silentPerMille)
        if !isSilent { rows[index].stamp = Int32(now + hazards.databaseClock) }
        let change = Pending(
            row: index,
            stamp: rows[index].stamp,
            version: rows[index].version,
            isSilent: isSilent
        )
        if chance(hazards.latePerMille) {
            let second = now + 1 + Int(random.next() % UInt64(hazards.latest))
            pending[second, default: []].append(change)
        } else {
            show(change)
        }
    }

    private mutating func commit() {
        guard let due = pending.removeValue(forKey: now) else { return }
        for change in due { show(change) }
    }

    private mutating func show(_ change: Pending) {
        // Row locks keep writers of one row in order: the later of two that overlap includes the earlier.
        guard change.version > rows[change.row].visibleVersion else { return }
        rows[change.row].visibleVersion = change.version
        if !change.isSilent { rows[change.row].movedVersion = change.version }
        guard change.stamp != rows[change.row].visibleStamp else { return }
        rows[change.row].visibleStamp = change.stamp
        let second = Int(change.stamp) + offset
        // The store goes on while it is read: it gets older than was planned.
        if second >= bySecond.count {
            bySecond += Array(repeating: [], count: second - bySecond.count + 86_400)
        }
        bySecond[second].append(Int32(change.row + 1))
    }

    /// A page as the keyset filter of `Listing` selects it.
    mutating func changed(after cursor: Cursor, upTo bound: Date, pageSize: Int) -> Page {
        var found: [ChangedRow] = []
        let first = max(second(cursor.updatedAt), -offset)
        let last = min(second(bound), bySecond.count - offset - 1)
        var current = first
        while current <= last, found.count < pageSize {
            defer { current += 1 }
            let bucket = bySecond[current + offset]
            guard !bucket.isEmpty else { continue }
            for id in Set(bucket).sorted() {
                let row = rows[Int(id) - 1]
                guard Int(row.visibleStamp) == current else { continue }
                if current == second(cursor.updatedAt), Int64(id) <= cursor.entityID { continue }
                found.append(self.row(id, row))
                if found.count == pageSize { break }
            }
        }
        return page(found, pageSize, after: cursor)
    }

    /// A page by id, of everything there is.
    func listed(after id: Int64, pageSize: Int) -> Page {
        let found = rows.indices.dropFirst(Int(id)).lazy.filter { rows[$0].visibleVersion > 0 }.prefix(
            pageSize
        )
        .map { row(Int32($0 + 1), rows[$0]) }
        return page(Array(found), pageSize, after: Cursor(updatedAt: Self.epoch, entityID: id))
    }

    private func row(_ id: Int32, _ row: Row) -> ChangedRow {
        ChangedRow(
            entityID: Int64(id),
            incrementID: nil,
            orderID: nil,
            storeID: nil,
            updatedAt: Self.epoch.addingTimeInterval(TimeInterval(row.visibleStamp)),
            createdAt: Self.epoch,
            source: .int(Int(row.visibleVersion))
        )
    }

    private func page(_ rows: [ChangedRow], _ pageSize: Int, after cursor: Cursor) -> Page {
        Page(
            rows: rows,
            unreadable: [],
            isLast: rows.count < pageSize,
            nextCursor: rows.last?.cursor ?? cursor,
            serverTime: Self.epoch.addingTimeInterval(TimeInterval(now))
        )
    }

    private func second(_ date: Date) -> Int { Int(date.timeIntervalSince(Self.epoch).rounded(.down)) }
}

/// The numbers of a seed, the same everywhere.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
