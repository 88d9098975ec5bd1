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
    /// SHA-256 of everything that is written of a customer.
    var contentHash: [UInt8] { Array(SHA256.hash(data: Data(contentText.utf8))) }
}
