import Testing

@testable import AdobeCommerce

@Suite struct PageSizeTests {
    private let tooSlow = AdobeError(.gateway, status: 504)

    @Test func goesDownAtOnceAndUpSlowly() {
        var size = LearnedPageSize()
        #expect(size.size(asked: 100) == 100)
        #expect(size.fail(at: 100) == 25 && size.size(asked: 100) == 25 && size.size(asked: 10) == 10)
        for _ in 0..<7 { size.succeed(with: 25, asked: 100) }
        #expect(size.size(asked: 100) == 25)
        size.succeed(with: 25, asked: 100)
        #expect(size.size(asked: 100) == 37)
        for _ in 0..<80 { size.succeed(with: size.size(asked: 100), asked: 100) }
        #expect(size.size(asked: 100) == 100 && size.size(asked: 300) == 100)
    }

    /// Growing is tried less and less often, and falls back to what has worked.
    @Test func aFailedGrowthFallsBackToWhatWorked() {
        var size = LearnedPageSize()
        _ = size.fail(at: 100)
        var pages: [Int] = []
        for _ in 0..<4 {
            var count = 0
            while size.size(asked: 100) == 25 {
                size.succeed(with: 25, asked: 100)
                count += 1
            }
            pages.append(count)
            #expect(size.size(asked: 100) == 37 && size.fail(at: 37) == 25)
        }
        #expect(pages == [8, 16, 32, 64])
        #expect(size.fail(at: 25) == 6 && size.fail(at: 6) == 1)
    }

    /// A tenant file asks for more than the store manages.
    @Test func whatWorkedBeforeTheFileChangedIsGoneBackTo() {
        var size = LearnedPageSize()
        size.succeed(with: 100, asked: 100)
        #expect(size.size(asked: 300) == 300 && size.fail(at: 300) == 100)
    }

    @Test func theStoresLimitStays() {
        let sizes = PageSizes()
        let refused = AdobeError(.pageSizeRefused(maximum: 30), status: 400)
        #expect(sizes.next(for: .orders, after: 100, refused) == 30)
        #expect(sizes.next(for: .orders, after: 30, refused) == nil)
        #expect(sizes.size(of: .orders, asked: 100) == 30 && sizes.size(of: .invoices, asked: 100) == 100)
        #expect(sizes.next(for: .orders, after: 20, AdobeError(.pageDoesNotAdvance)) == 30)
        #expect(sizes.next(for: .orders, after: 30, AdobeError(.pageDoesNotAdvance)) == nil)
        #expect(sizes.next(for: .invoices, after: 900, AdobeError(.pageDoesNotAdvance)) == 1000)
    }

    @Test func onlySlownessAsksForLess() {
        let sizes = PageSizes()
        #expect(sizes.next(for: .orders, after: 100, AdobeError(.throttled, status: 429)) == nil)
        #expect(sizes.next(for: .orders, after: 100, AdobeError(.gateway, status: 502)) == nil)
        #expect(sizes.next(for: .orders, after: 1, tooSlow) == nil)
        #expect(sizes.next(for: .orders, after: 100, tooSlow) == 25)
        #expect(sizes.size(of: .orders, asked: 100) == 25 && sizes.size(of: .shipments, asked: 100) == 100)
        // A page that was not full says nothing of how many a store manages.
        for _ in 0..<1000 { sizes.succeeded(.orders, with: 25, asked: 100, isFull: false) }
        #expect(sizes.size(of: .orders, asked: 100) == 25)
        sizes.shrink(.orders, to: 0)
        #expect(sizes.size(of: .orders, asked: 100) == 1)
    }
}
