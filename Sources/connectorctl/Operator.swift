import Foundation
import Glibc

/// Who is at the terminal, for what is kept with a document.
enum Operator {
    /// The login name; behind `sudo` that of the person who called it.
    static var name: String {
        let environment = ProcessInfo.processInfo.environment
        let names = [environment["SUDO_USER"], environment["LOGNAME"], environment["USER"]]
        let name = names.compactMap { $0 }.first { !$0.isEmpty } ?? "uid \(getuid())"
        return String(name.filter { $0.isLetter || $0.isNumber || "._-@ ".contains($0) }.prefix(64))
    }
}
