import Foundation
import HTTPClient
import Onboarding
import TestBench
import Testing

/// What `ping` says of the way to a system: name, route, encryption and what answers are told apart.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(2)))
struct PingNetworkTests {
    /// The check that fails of a system at an address, and of it alone.
    private func failure(
        _ system: PingCheck.System,
        at url: String,
        of bench: Bench,
        http: HTTPClient? = nil
    ) async throws -> PingCheck {
        var setting = PingSetting(http: http)
        if system == .adobe { setting.storeURL = url } else { setting.sageURL = url + "/Sage300WebApi" }
        let found = Found()
        try await bench.withPing(setting) { await found.keep(try await $0.checks()) }
        let checks = await found.checks
        let failed = checks.filter { $0.system == system && !$0.isFine && $0.isChecked }
        #expect(failed.count == 1, "\(url): \(failed.map(\.detail))")
        // Nothing behind it was asked, and the other system is looked into all the same.
        #expect(checks.filter { $0.system == system && !$0.isChecked }.count >= 8)
        #expect(checks.filter { $0.system != system }.allSatisfy { $0.isFine }, "\(url)")
        let failure = try #require(failed.first)
        #expect(!failure.fix.isEmpty)
        return failure
    }

    @Test func namesAndRoutes() async throws {
        try await withBench(hasBroker: false) { bench in
            for (system, key) in [(PingCheck.System.adobe, "adobe.url"), (.sage, "sage.url")] {
                let name = try await failure(system, at: "http://no-such-host.invalid", of: bench)
                #expect(name.kind == .reach && name.detail.hasPrefix("DNS:") && name.fix.contains(key))
                let route = try await failure(system, at: "http://127.0.0.1:9", of: bench)
                #expect(route.kind == .reach && route.detail.contains("refuses the connection"))
            }
            let server = try PageServer("")
            let silent = try await failure(.sage, at: "http://127.0.0.1:\(server.port)", of: bench)
            #expect(
                silent.kind == .reach && silent.detail.contains("closes the connection"),
                "\(silent.detail)"
            )
        }
    }

    @Test func pagesInPlaceOfTheSystems() async throws {
        let pages: [(PingCheck.System, Int, String)] = [
            (.sage, 200, "web page"), (.sage, 404, "no Sage 300 Web API"), (.sage, 502, "502"),
            (.adobe, 200, "web page"), (.adobe, 404, "no Adobe Commerce API"), (.adobe, 503, "503"),
        ]
        try await withBench(hasBroker: false) { bench in
            for (system, status, words) in pages {
                let server = try PageServer.page(status)
                let failure = try await failure(system, at: "http://127.0.0.1:\(server.port)", of: bench)
                #expect(failure.kind == .reach && failure.detail.contains(words), "\(failure.detail)")
            }
        }
    }

    @Test func certificates() async throws {
        try await withBench(hasBroker: false) { bench in
            let own = try TLSServer(name: "IP:127.0.0.1")
            for system in PingCheck.System.allCases {
                let failure = try await failure(system, at: "https://127.0.0.1:\(own.port)", of: bench)
                #expect(failure.kind == .tls && failure.detail.contains("authority"), "\(failure.detail)")
            }
            let other = try TLSServer(name: "DNS:other.example.com")
            let http = HTTPClient(
                configuration: HTTPClientConfiguration(
                    proxy: "",
                    certificateAuthorityFile: other.certificateFile
                )
            )
            let named = try await failure(.sage, at: "https://127.0.0.1:\(other.port)", of: bench, http: http)
            #expect(named.kind == .tls && named.detail.contains("another host's"), "\(named.detail)")
            let plain = try PageServer.page(200)
            let spoken = try await failure(.adobe, at: "https://127.0.0.1:\(plain.port)", of: bench)
            #expect(spoken.kind == .tls && spoken.fix.contains("http or https"), "\(spoken.detail)")
        }
    }
}

private actor Found {
    private(set) var checks: [PingCheck] = []

    func keep(_ checks: [PingCheck]) { self.checks = checks }
}
