/// What every entity of a store is drawn from.
struct StorePlan: Sendable {
    let seed: UInt64
    let customers: Int
    let orders: Int
    let options: StoreOptions
    private let lifecycles: [Lifecycle]
    private let lifecycleWeights: [Int]
    private let viewWeights: [Int]

    init(seed: UInt64, customers: Int, orders: Int, options: StoreOptions) {
        self.seed = seed
        self.customers = max(customers, 0)
        self.orders = max(orders, 0)
        self.options = options
        lifecycles = Lifecycle.allCases
        lifecycleWeights = Lifecycle.allCases.map { options.lifecycles[$0] ?? 0 }
        viewWeights = options.views.map(\.weight)
    }

    func drawLifecycle(_ random: inout RandomSource) -> Lifecycle {
        lifecycles[random.pick(weights: lifecycleWeights)]
    }

    func customer(_ index: Int) -> Buyer {
        var random = RandomSource(seed: seed, stream: .customer, index: index)
        return Buyer(random: &random, index: index, isGuest: false, options: options)
    }

    /// The view of a buyer without writing the rest: it is the first thing drawn.
    func view(ofBuyer index: Int, isGuest: Bool) -> Int {
        var random = RandomSource(seed: seed, stream: isGuest ? .guest : .customer, index: index)
        return random.pick(weights: viewWeights)
    }

    func guest(_ index: Int) -> Buyer {
        var random = RandomSource(seed: seed, stream: .guest, index: index)
        return Buyer(random: &random, index: index, isGuest: true, options: options)
    }
}
