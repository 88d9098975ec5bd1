/// Strings as C takes them: NUL-terminated, `nil` as a null pointer, with a null pointer at the end.
struct CStrings {
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []

    init(_ strings: [String?]) {
        bytes.reserveCapacity(strings.reduce(0) { $0 + ($1?.utf8.count ?? 0) + 1 })
        for string in strings {
            guard let string else {
                offsets.append(nil)
                continue
            }
            offsets.append(bytes.count)
            bytes.append(contentsOf: string.utf8)
            bytes.append(0)
        }
    }

    /// The pointers are valid inside `body` only.
    func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        bytes.withUnsafeBytes { bytes in
            let buffer = bytes.assumingMemoryBound(to: CChar.self)
            let pointers =
                offsets.map { offset in offset.flatMap { buffer.baseAddress?.advanced(by: $0) } } + [nil]
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
