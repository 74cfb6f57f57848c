// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in our own targets; the three upcoming features keep imports and existentials explicit.
var strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Set by `scripts/fuzz`, which builds into a folder of its own: instruments our targets and adds the program that feeds
/// their parsers.
let isFuzzing = Context.environment["RLMUSICIAN_FUZZ_BUILD"] != nil
if isFuzzing { strict.append(.unsafeFlags(["-sanitize=fuzzer,address"])) }

/// What composes, learns and renders: unoptimised it takes ten to twenty times as long, and so do the tests of all that
/// makes a piece. Assertions hold all the same.
let optimised = strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

let package = Package(
  name: "rl-musician",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "rlmusician", targets: ["rlmusician"]),
    .library(name: "Core", targets: ["Core"]),
  ],
  traits: [
    .trait(name: "Playback", description: "Live sound and MIDI: links libasound and libfluidsynth"),
    .trait(name: "MPI", description: "Training on many machines: links Open MPI"),
    .default(enabledTraits: ["Playback"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.20.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.0.0"),
  ],
  targets: [
    .systemLibrary(name: "CSndFile"),
    .target(
      name: "Core",
      dependencies: ["CKernels", "CSong", "CRealtime", "CSndFile", .product(name: "Yams", package: "Yams")],
      resources: [.embedInCode("Configuration/default.yml")]
        + [
          "original", "roll", "song", "chorale", "duet", "waltz", "minor", "pastorale", "bohlen-pierce", "slendro",
        ].map { .embedInCode("Styles/\($0).yml") },
      swiftSettings: optimised),
    .target(name: "CALSA", linkerSettings: [.linkedLibrary("asound")]),
    .systemLibrary(name: "CFluidSynth"),
    .systemLibrary(name: "CCodecs"),
    .systemLibrary(name: "CDBus", pkgConfig: "dbus-1"),
    .systemLibrary(name: "CMPI"),
    // Empty without the trait.
    .target(
      name: "MPITransport", dependencies: ["Core", .target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      swiftSettings: strict),
    .systemLibrary(name: "CLo"),
    .target(name: "CKernels"),
    .target(name: "CSong"),
    .target(name: "CRealtime"),
    .target(
      name: "Playback",
      dependencies: [
        "Core", "CRealtime", "CALSA", "CCodecs", "CDBus", "CFluidSynth", "CLo",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .target(
      name: "Daemon",
      dependencies: [
        "Core", "CRealtime", .target(name: "Playback", condition: .when(traits: ["Playback"])),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"),
      ],
      resources: [
        .embedInCode("HTTP/openapi.yaml"), .embedInCode("Web/page.html"), .embedInCode("Web/page.css"),
        .embedInCode("Web/page.js"), .embedInCode("Web/song.js"), .embedInCode("Web/drawing.js"),
        .embedInCode("Web/listen.js"), .embedInCode("Web/choice.js"), .embedInCode("Web/library.js"),
        .embedInCode("Web/begin.js"),
        .embedInCode("Web/icon.svg"),
        .embedInCode("Web/keyboard.js"), .embedInCode("Web/keyboard.css"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "rlmusician",
      dependencies: [
        "Core", "CRealtime", "Daemon", .target(name: "Playback", condition: .when(traits: ["Playback"])),
        .target(name: "MPITransport", condition: .when(traits: ["MPI"])),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict,
      // Its libFLAC (CCodecs) stays its own: libsndfile brings the system's.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--exclude-libs=libFLAC.a"])]),
    // Counts allocations and locks of a thread, for tests of the render path.
    .target(name: "CMallocCounter", path: "Tests/CMallocCounter"),
    .testTarget(
      name: "CoreTests", dependencies: ["CKernels", "CSong", "Core", "CMallocCounter", "CSndFile"],
      swiftSettings: strict),
    .testTarget(
      name: "PlaybackTests",
      dependencies: [
        "Core", "CMallocCounter", "CRealtime", "CSndFile",
        .target(name: "Playback", condition: .when(traits: ["Playback"])),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DaemonTests",
      dependencies: [
        "Core", "Daemon", .target(name: "Playback", condition: .when(traits: ["Playback"])),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"), .product(name: "Yams", package: "Yams"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ALSATests",
      dependencies: [
        "Core", "CRealtime", .target(name: "Playback", condition: .when(traits: ["Playback"])),
        .target(name: "CALSA", condition: .when(traits: ["Playback"])),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: ["rlmusician", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: strict),
  ]
)

if isFuzzing {
  package.targets += [
    .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CFuzzer", "Core", "Daemon", "Playback",
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
      ],
      path: "Tests/Fuzz/Fuzz", swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
}
