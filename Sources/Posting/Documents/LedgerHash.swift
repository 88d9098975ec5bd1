import Accounting
import Crypto
import ExactJSON
import Foundation
import Sage300

extension ARInvoice {
    /// SHA-256 of the entry as it is sent: the same money gives the same hash.
    var ledgerHash: [UInt8] { Array(SHA256.hash(data: Data(entryJSON.text.utf8))) }
}

extension ARCustomer {
    /// SHA-256 of everything that is written of the customer itself: all that an invoice asks for.
    var ownHash: [UInt8] { Array(SHA256.hash(data: Data(contentText.utf8))) }

    /// `ownHash` and, where there are ship-to locations, another one of those behind it.
    var contentHash: [UInt8] {
        shipToText.isEmpty ? ownHash : ownHash + Array(SHA256.hash(data: Data(shipToText.utf8)))
    }
}
