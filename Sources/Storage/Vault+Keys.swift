extension Vault {
    /// The key of a file that opens already and does not seal yet; a new one where there is none. The file is replaced as
    /// a whole: whoever reads it finds the old or the new one.
    /// - Returns: its id, and whether it is new.
    public static func prepareKey(in path: String) throws(VaultError) -> (id: String, isNew: Bool) {
        try KeyFile.changing(path) { file in
            if let waiting = file.keys.last, waiting.isPrepared { return ((waiting.id, false), false) }
            return ((file.prepareKey(), true), true)
        }
    }

    /// The key of a file that opens already and does not seal yet.
    public static func preparedKey(in path: String) throws(VaultError) -> String? {
        let newest = try KeyFile(reading: path).keys.last
        return newest?.isPrepared == true ? newest?.id : nil
    }

    /// From now on a key seals, and those before it only open.
    /// - Throws: `.unknownKey` where the file does not hold it.
    public static func putInForce(_ id: String, in path: String) throws(VaultError) {
        let isThere = try KeyFile.changing(path) { file in
            guard let place = file.keys.firstIndex(where: { $0.id == id }) else { return (false, false) }
            let isChanged = file.keys[...place].contains(where: \.isPrepared)
            for index in file.keys[...place].indices { file.keys[index].isPrepared = false }
            return (true, isChanged)
        }
        guard isThere else { throw .unknownKey(id) }
    }

    /// Takes keys out of a file; never the one that seals, nor one that is prepared. What they have sealed does not open
    /// any more, in a backup of the database neither. Fingerprints stay what they are.
    /// - Returns: those that were taken out.
    public static func drop(_ ids: Set<String>, from path: String) throws(VaultError) -> [String] {
        try KeyFile.changing(path) { file in
            let sealing = file.sealing.id
            let dropped = file.keys.filter { ids.contains($0.id) && $0.id != sealing && !$0.isPrepared }
                .map(\.id)
            file.keys.removeAll { dropped.contains($0.id) }
            return (dropped, !dropped.isEmpty)
        }
    }
}
