/// Why the key file or a sealed credential cannot be used. No money is at risk: nothing is sent without it.
public enum VaultError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable(String)
    case tooOpen(String, mode: Int)
    case malformed(String)
    case exists(String)
    case unwritable(String, String)
    case unknownKey(String)
    case cannotOpen(String)
    /// No credential is stored under this field.
    case missing(String)

    /// What happened and the next step.
    public var description: String {
        switch self {
        case .unreadable(let path):
            "The key file \(path) cannot be read. Check CREDENTIAL_KEY_FILE, or make one with `connectorctl keys generate --output \(path)`."
        case .tooOpen(let path, let mode):
            "The key file \(path) may be read by others (mode \(String(mode, radix: 8))). Run `chmod 600 \(path)`."
        case .malformed(let path):
            "\(path) is not a key file. Restore it from your backup; `connectorctl keys generate` makes a new one, after which every tenant file must be applied again."
        case .exists(let path):
            "\(path) exists and is left as it is: overwriting it would make every stored credential unreadable."
        case .unwritable(let path, let why):
            "\(path) cannot be written: \(why)."
        case .unknownKey(let id):
            "A stored credential was sealed with key \(id), which the key file does not hold. Copy the key file here from the host that `connectorctl keys rotate` ran on, restore the one it came with, or apply the tenant file again."
        case .cannotOpen(let field):
            "The stored credential \(field) does not open with its key: it was damaged, or written for another tenant or field. Nothing was sent with it. Apply the tenant file again."
        case .missing(let field):
            "There is no stored credential \(field). Nothing was sent without it. Apply the tenant file again."
        }
    }
}
