// swift-tools-version: 6.2
import PackageDescription

// Every arrow of the architecture is a line of this file: a target sees only what it names.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    besides: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        exclude: besides,
        swiftSettings: strict
    )
}

func c(_ name: String, pkgConfig: String? = nil, debian: String? = nil) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: debian.map { [.apt([$0])] })
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
let webServer: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let webServerCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let network: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
]

let package = Package(
    name: "ml-connector",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries.
        c("CLinux"),
        c("CRabbitMQ", pkgConfig: "librabbitmq", debian: "librabbitmq-dev"),
        c("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
        c("CLibPQ", pkgConfig: "libpq", debian: "libpq-dev"),

        // Foundations: no business words.
        room("EventLoop", ["CLinux"]),
        room("AMQPClient", ["EventLoop", "CRabbitMQ"]),
        room("HTTPClient", ["EventLoop", "CCurl"]),
        room("MailClient", ["CCurl"]),
        room("PostgresClient", ["EventLoop", "CLibPQ"]),
        room("ExactJSON"),
        room("PrometheusMetrics", [metrics]),

        // Domain: pure.
        room("Accounting"),

        // Adapters: one system each.
        room("AdobeCommerce", ["Accounting", "ExactJSON", "HTTPClient", crypto, metrics]),
        room("Sage300", ["Accounting", "ExactJSON", "HTTPClient", metrics]),
        .target(
            name: "Tenancy",
            dependencies: ["Accounting", "ExactJSON", yaml],
            resources: [.embedInCode("tenant.schema.json")],
            swiftSettings: strict
        ),
        room("Messaging", ["Accounting", "ExactJSON", "AMQPClient", metrics]),
        .target(
            name: "Storage",
            dependencies: ["Accounting", "ExactJSON", "PostgresClient", crypto, metrics],
            resources: [
                .embedInCode("Migrations/0001-tenants.sql"), .embedInCode("Migrations/0002-documents.sql"),
                .embedInCode("Migrations/0003-posting.sql"), .embedInCode("Migrations/0004-failures.sql"),
                .embedInCode("Migrations/0005-store.sql"), .embedInCode("Migrations/0006-polling.sql"),
                .embedInCode("Migrations/0007-orders.sql"), .embedInCode("Migrations/0008-ledger.sql"),
                .embedInCode("Migrations/0009-conflicts.sql"),
                .embedInCode("Migrations/0010-dead-letters.sql"),
                .embedInCode("Migrations/0011-observation.sql"),
                .embedInCode("Migrations/0012-alerts.sql"),
                .embedInCode("Migrations/0013-vault.sql"),
                .embedInCode("Migrations/0014-isolation.sql"),
                .embedInCode("Migrations/0015-tenant-versions.sql"),
                .embedInCode("Migrations/0016-existing.sql"),
            ],
            swiftSettings: strict
        ),

        // Flows: what the services do, in the words of the trade.
        room(
            "Publishing",
            [
                "Accounting", "ExactJSON", "AMQPClient", "PostgresClient", "Messaging", "Storage", "Tenancy",
                crypto, logging,
            ]
        ),
        room(
            "Polling",
            [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "PostgresClient", "AdobeCommerce",
                "Messaging", "Storage", "Tenancy", "Publishing", crypto, logging, lifecycle, metrics,
            ]
        ),
        room(
            "Posting",
            [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "AdobeCommerce", "Sage300",
                "Messaging",
                "Storage", "Tenancy", "Publishing", crypto, logging, lifecycle, metrics,
            ]
        ),
        room(
            "Replay",
            [
                "Accounting", "ExactJSON", "AMQPClient", "PostgresClient", "Messaging", "Storage",
                "Publishing", logging, lifecycle, metrics,
            ]
        ),
        room(
            "Alerting",
            [
                "Accounting", "ExactJSON", "HTTPClient", "MailClient", "PostgresClient", "Storage", "Tenancy",
                crypto, logging,
            ]
        ),
        room(
            "Onboarding",
            [
                "Accounting", "AMQPClient", "ExactJSON", "HTTPClient", "PostgresClient", "AdobeCommerce",
                "Sage300",
                "Storage", "Tenancy", "Messaging", "Polling", "Posting", "Publishing", yaml,
            ]
        ),

        // Programs: read configuration, build the parts, run.
        room(
            "ServiceRuntime",
            [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "PostgresClient", "Messaging",
                "Storage",
                "Tenancy", "EventLoop", "PrometheusMetrics", arguments, lifecycle, logging, metrics, signals,
                webServer,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        room("WorkerProgram", ["Posting", "ServiceRuntime", arguments]),
        program("poller", ["Accounting", "Polling", "ServiceRuntime", arguments, lifecycle]),
        program("customer-worker", ["Posting", "ServiceRuntime", "WorkerProgram", arguments]),
        program("invoice-worker", ["Posting", "ServiceRuntime", "WorkerProgram", arguments]),
        program(
            "replayer",
            ["Alerting", "HTTPClient", "Replay", "ServiceRuntime", "WorkerProgram", arguments, logging]
        ),
        program(
            "connectorctl",
            [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "PostgresClient", "Messaging",
                "Storage",
                "Tenancy", "AdobeCommerce", "Polling", "Posting", "Onboarding", "Alerting", "ServiceRuntime",
                arguments, logging, signals,
            ]
        ),

        // The two systems, to rehearse against. Nothing above may know them.
        room("StoreGenerator", ["ExactJSON"]),
        room(
            "AdobeSimulation",
            ["ExactJSON", "StoreGenerator", crypto, lifecycle, logging, webServerCore, yaml] + network
        ),
        room("SageSimulation", ["ExactJSON", logging, webServer, yaml]),
        program("adobe-simulator", ["AdobeSimulation", arguments, lifecycle, logging, signals]),
        program("sage-simulator", ["SageSimulation", arguments, logging]),

        tests("EventLoop", ["CLinux"]),
        tests("AMQPClient", ["CLinux", "EventLoop"]),
        tests("HTTPClient"),
        tests("MailClient", ["TestServers"]),
        tests("PostgresClient"),
        tests("ExactJSON"),
        tests("PrometheusMetrics", [metrics]),
        tests("Accounting", besides: ["Documents"]),
        .executableTarget(
            name: "accounting-proof",
            dependencies: ["Accounting", "AdobeCommerce", "ExactJSON", "StoreGenerator", arguments],
            path: "Tests/AccountingProof",
            swiftSettings: strict
        ),
        tests(
            "AdobeCommerce",
            ["Accounting", "ExactJSON", "HTTPClient", crypto],
            besides: ["Oracle/verify_signatures.py"]
        ),
        tests("Storage", ["Accounting", "PostgresClient", crypto]),
        tests("Messaging", ["Accounting", "ExactJSON", "AMQPClient"]),
        tests(
            "Publishing",
            ["Accounting", "ExactJSON", "AMQPClient", "PostgresClient", "Messaging", "Storage", logging]
        ),
        // Receivers of mail and of calls.
        .target(name: "TestServers", path: "Tests/TestServers", swiftSettings: strict),
        // Everything wrong with a tenant file that is known to be found.
        .target(
            name: "FaultCatalogue",
            path: "Tests/FaultCatalogue",
            exclude: ["faults.json"],
            swiftSettings: strict
        ),
        // What tests of flows share: a schema, a virtual host and a tenant of their own.
        .target(
            name: "TestBench",
            dependencies: [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "PostgresClient", "Messaging",
                "Storage", "Tenancy", "Onboarding", logging,
            ],
            path: "Tests/TestBench",
            swiftSettings: strict
        ),
        tests(
            "Polling",
            [
                "TestBench", "Accounting", "ExactJSON", "HTTPClient", "PostgresClient", "AdobeCommerce",
                "Messaging", "Storage", "Tenancy", "StoreGenerator", "AdobeSimulation", crypto, logging,
            ]
        ),
        tests(
            "Replay",
            [
                "TestBench", "Accounting", "ExactJSON", "AMQPClient", "PostgresClient", "Messaging",
                "Storage",
                "Publishing", logging,
            ]
        ),
        tests(
            "Alerting",
            [
                "TestBench", "TestServers", "Accounting", "ExactJSON", "HTTPClient", "MailClient",
                "PostgresClient",
                "Storage", "Tenancy", crypto, logging,
            ]
        ),
        tests(
            "Onboarding",
            [
                "TestBench", "FaultCatalogue", "Accounting", "ExactJSON", "HTTPClient", "PostgresClient",
                "Sage300", "AdobeSimulation", "SageSimulation", "Polling", "Posting",
                "Storage",
                "Tenancy", logging,
            ]
        ),
        tests(
            "ServiceRuntime",
            [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "PostgresClient", "Messaging",
                "Storage", "Tenancy", "TestBench",
                "PrometheusMetrics", arguments, lifecycle, logging, metrics,
            ]
        ),
        .testTarget(name: "ArchitectureTests", dependencies: ["FaultCatalogue"], swiftSettings: strict),
        // The programs as they are shipped, from outside.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "AMQPClient", "ExactJSON", "FaultCatalogue", "HTTPClient", "PostgresClient", "TestServers",
            ],
            swiftSettings: strict
        ),
        tests("Tenancy", ["Accounting", "ExactJSON", "FaultCatalogue"], besides: ["Oracle/check_schema.py"]),
        tests(
            "Posting",
            [
                "Accounting", "ExactJSON", "AMQPClient", "HTTPClient", "PostgresClient", "Messaging",
                "Sage300",
                "SageSimulation", "Storage", "Tenancy", logging,
            ]
        ),
        tests("Sage300", ["Accounting", "ExactJSON", "HTTPClient", "SageSimulation", logging]),
        tests("StoreGenerator", ["ExactJSON"]),
        tests("AdobeSimulation", ["ExactJSON", "StoreGenerator", crypto, logging]),
        tests("SageSimulation", ["ExactJSON", "HTTPClient"]),
    ]
)
