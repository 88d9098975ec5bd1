import Foundation
import Storage

/// Whose people are to be told by mail where, as tenant files and the environment name it now.
struct NamedMailboxes: Sendable {
    /// A mailbox that one tenant names gets nothing of another's.
    var named: Set<AlertDestination> = []
    /// Tenants whose files this release cannot read: what they name is not known.
    var unreadable: Set<String> = []
}
