import Foundation

/// Memory for secrets: pages of their own that core files leave out, overwritten with zeros before they are given back.
///
/// Swift's own heap promises neither: a `String` that is let go of stays readable until something else is put there.
final class SecretMemory {
    /// What one secret takes at least, and by what it grows.
    private static let blockBytes = 64
    private static let regionBytes = 1 << 16

    let bytes: UnsafeMutableRawBufferPointer
    /// Nil where pages were refused and the heap had to do.
    private let region: Region?

    /// - Parameter count: bytes, all of them zero at first.
    init(count: Int) {
        let blocks = max(1, (count + Self.blockBytes - 1) / Self.blockBytes)
        if let (region, start) = Region.taking(blocks) {
            self.region = region
            bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
        } else {
            region = nil
            bytes = .allocate(byteCount: count, alignment: 1)
        }
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        Self.wipe(bytes)
        if let region { region.giveBack(bytes) } else { bytes.deallocate() }
    }

    /// Overwrites with zeros; the compiler may not leave it out.
    static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        explicit_bzero(start, bytes.count)
    }

    /// Some pages, handed out in blocks.
    // Everything that changes is looked at under `lock` alone.
    private final class Region: @unchecked Sendable {
        private static let lock = NSLock()
        // Guarded by `lock`. Secrets come and go; regions stay.
        private nonisolated(unsafe) static var regions: [Region] = []

        private let start: UnsafeMutableRawPointer
        private var isTaken: [Bool]
        private var freeBlocks: Int
        /// Where the search begins: behind what was given out last.
        private var next = 0

        /// Blocks in a row; nil when the system gives no more pages.
        static func taking(_ blocks: Int) -> (Region, UnsafeMutableRawPointer)? {
            lock.lock()
            defer { lock.unlock() }
            for region in regions.reversed() {
                if let start = region.take(blocks) { return (region, start) }
            }
            guard let region = Region(blocks: max(blocks, regionBytes / blockBytes)) else { return nil }
            regions.append(region)
            return region.take(blocks).map { (region, $0) }
        }

        private init?(blocks: Int) {
            let size = blocks * SecretMemory.blockBytes
            let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let pages, pages != MAP_FAILED else { return nil }
            // Left out of core files, and not written to swap where the limit allows; neither is worth failing for.
            _ = madvise(pages, size, MADV_DONTDUMP)
            _ = mlock(pages, size)
            start = pages
            isTaken = Array(repeating: false, count: blocks)
            freeBlocks = blocks
        }

        private func take(_ blocks: Int) -> UnsafeMutableRawPointer? {
            guard freeBlocks >= blocks,
                let first = room(for: blocks, from: next) ?? room(for: blocks, from: 0)
            else { return nil }
            for block in first..<first + blocks { isTaken[block] = true }
            freeBlocks -= blocks
            next = first + blocks
            return start + first * SecretMemory.blockBytes
        }

        private func room(for blocks: Int, from first: Int) -> Int? {
            var run = 0
            for index in first..<isTaken.count {
                run = isTaken[index] ? 0 : run + 1
                if run == blocks { return index + 1 - blocks }
            }
            return nil
        }

        func giveBack(_ bytes: UnsafeMutableRawBufferPointer) {
            guard let address = bytes.baseAddress else { return }
            let size = SecretMemory.blockBytes
            let first = (address - start) / size
            Self.lock.lock()
            defer { Self.lock.unlock() }
            let blocks = max(1, (bytes.count + size - 1) / size)
            for block in first..<first + blocks { isTaken[block] = false }
            freeBlocks += blocks
        }
    }
}
