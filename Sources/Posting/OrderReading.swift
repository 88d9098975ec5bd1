import Accounting
import AdobeCommerce
import Foundation
import Messaging

extension Envelope {
    /// The order in this envelope.
    func order() throws(Failure) -> StoreOrder {
        do { return try StoreOrder(adobe: source, storeViewCode: storeView) } catch { throw error.failure }
    }

    /// The customer in this envelope.
    func customer() throws(Failure) -> StoreCustomer {
        do { return try StoreCustomer(adobe: source, storeViewCode: storeView) } catch { throw error.failure }
    }
}
