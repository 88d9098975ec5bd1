extension PricedOrder {
    /// Takes gift cards, store credit and points off what is due, each at most what is left.
    mutating func redeem(_ credits: Cart.Credits, decimals: Int) {
        var left = due
        func take(_ share: Share) -> Amount {
            let part = due.scaled(by: Int64(share.partsPerMillion), over: 1_000_000, decimals: decimals)
            let taken = share == .all ? left : Swift.min(part, left)
            left -= taken
            return taken
        }
        giftCards = credits.giftCards.map(take).filter { $0 > .zero }
        storeCredit = take(credits.storeCredit)
        rewardPoints = take(credits.rewardPoints)
    }
}
