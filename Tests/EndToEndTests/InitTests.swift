import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// `connectorctl init` from outside: at a terminal, through a pipe, and for a host that answers beforehand.
    @Suite struct Inits {
        private static let secrets = [
            "democonsumerkey00000000000000001", "democonsumersecret00000000000001",
            "demoaccesstoken00000000000000001", "demoaccesstokensecret00000000001",
        ]

        private func answers(_ store: Simulator, _ sage: Simulator) -> [String] {
            [
                store.url, Self.secrets.joined(separator: " "), "\(sage.url)/v1.0/-/SAMINC", "connector",
                "secret", "",
            ]
        }

        @Test(.timeLimit(.minutes(2)))
        func `a terminal shows nothing of a secret and gets its echo back`() async throws {
            try await withStage { stage in
                let store = try await stage.startStore()
                let sage = try await stage.startSage()
                // A wrong answer is asked again, and secrets are pasted as four lines.
                var typed = [["adobe.url: ", "http://127.0.0.1:9"]]
                let six = answers(store, sage)
                typed += [
                    ["adobe.url: ", six[0]], ["pasted): ", Self.secrets.joined(separator: "\n") + "\n\n"],
                ]
                typed += [["sage.url: ", six[2]], ["sage.username: ", six[3]], ["(not shown): ", six[4]]]
                typed += [
                    ["]: ", "terms"], ["terms [CARD]: ", "NET45"], ["terms [CARD]: ", "net30"], ["]: ", ""],
                ]
                let screen = try await stage.terminal(["init", "acme.yaml"], typed: typed, status: 0)
                #expect(screen.contains("Nothing takes connections there"))
                #expect(screen.contains(#/CHOICE\n +CARD .*\n +NET30 .*\n +- +leave it out\n/#))
                #expect(screen.contains("It is not among what is there"))
                #expect(screen.contains("Tenant acme: version 1 is in force, and paused."))
                // What is visible is echoed, so the rest is hidden and not merely lost.
                #expect(screen.contains("sage.username: connector"))
                for secret in Self.secrets { #expect(!screen.contains(secret)) }
                #expect(!screen.contains("secret\n") && !screen.contains(": secret"))
                #expect(screen.hasSuffix("echo is on\n"))
                let tenants = try await stage.ask("tenant", "list")
                #expect(tenants.array?.first?["paused"] == true)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `whoever leaves at a password leaves nothing behind`() async throws {
            try await withStage { stage in
                let store = try await stage.startStore()
                let sage = try await stage.startSage()
                let six = answers(store, sage)
                let typed = [
                    ["adobe.url: ", six[0]], ["pasted): ", Self.secrets.joined(separator: "\n")],
                    ["sage.url: ", six[2]], ["sage.username: ", six[3]], ["(not shown): ", "\u{03}"],
                ]
                let screen = try await stage.terminal(["init", "acme.yaml"], typed: typed, status: 130)
                #expect(screen.contains("Left; nothing was written."))
                #expect(screen.hasSuffix("echo is on\n"))
                let left = try FileManager.default.contentsOfDirectory(atPath: stage.folder.path)
                #expect(!left.contains { $0.hasPrefix("acme") })
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a missing answer is named with what is allowed`() async throws {
            try await withStage { stage in
                let store = try await stage.startStore()
                let sage = try await stage.startSage()
                let given = try stage.write(
                    """
                    adobe:
                      url: \(store.url)
                      consumerKey: \(Self.secrets[0])
                      consumerSecret: \(Self.secrets[1])
                      accessToken: \(Self.secrets[2])
                      accessTokenSecret: \(Self.secrets[3])
                    sage: {url: "\(sage.url)", username: connector, password: secret}
                    """,
                    to: "answers.yaml"
                )
                let missing = try await stage.run("init", "acme.yaml", "--answers", given)
                #expect(missing.status == 2)
                #expect(missing.messages.contains("company has no answer"))
                #expect(missing.messages.contains("1 to 6 of A-Z and 0-9"))
                let wrong = try await stage.run(
                    "init",
                    "acme.yaml",
                    "--answers",
                    given,
                    "--set",
                    "company=SAMINC",
                    "--set",
                    "terms=NONE",
                    "--accept"
                )
                #expect(wrong.status == 2)
                #expect(wrong.messages.contains("terms:") && wrong.messages.contains("NET30"))
                let unreachable = try await stage.run(
                    "init",
                    "--set",
                    "adobe.url=http://127.0.0.1:9",
                    "--accept"
                )
                #expect(unreachable.status == 3)
                let typo = try await stage.run("init", "--set", "term=NET30", "--accept")
                #expect(typo.status == 2 && typo.messages.contains("taxGroup"))
                let open = try await stage.run("init", "--set", "sage.password=secret")
                #expect(open.status == 2 && open.messages.contains("arguments of a process"))
                #expect(!open.messages.contains("=secret"))
                // And with everything given, nobody is asked.
                let made = try await stage.ask(
                    "init",
                    "acme.yaml",
                    "--answers",
                    given,
                    "--set",
                    "company=SAMINC",
                    "--accept"
                )
                #expect(made["tenant"] == "acme" && made["paused"] == true && made["version"] == 1)
                let again = try await stage.run("init", "acme.yaml", "--accept")
                #expect(again.status == 2 && again.messages.contains("--force"))
            }
        }
    }
}

extension Stage {
    /// Runs `connectorctl` at a terminal of its own; each row is what to wait for and what to type then.
    /// - Returns: the screen, with a last line that tells whether the terminal echoes again.
    func terminal(_ arguments: [String], typed: [[String]], status: Int32) async throws -> String {
        let script = try write(Self.driver, to: "terminal.py")
        let rows = try write(JSON.array(typed.map { .array($0.map(JSON.string)) }).text, to: "typed.json")
        let command = URL(filePath: try #require(Rig.executables)).appending(path: "connectorctl").path
        let program = try launch(
            URL(filePath: "/usr/bin/env"),
            ["python3", script, rows, command] + arguments,
            environment: environment,
            label: "terminal"
        )
        let ended = try await program.end(within: .seconds(60))
        try #require(ended == status, "\(program.output)\n\(program.messages)")
        return program.output.replacing("\r\n", with: "\n")
    }

    private static let driver = """
        import json, os, pty, select, sys, termios, time
        rows = json.load(open(sys.argv[1]))
        main, terminal = pty.openpty()
        pid = os.fork()
        if pid == 0:
            os.close(main)
            os.login_tty(terminal)
            os.execv(sys.argv[2], sys.argv[2:])
        screen, seen = b'', 0
        end = time.time() + 50
        def look(seconds):
            global screen
            if select.select([main], [], [], seconds)[0]:
                screen += os.read(main, 65536)
        for mark, text in rows:
            while mark.encode() not in screen[seen:]:
                if time.time() > end or os.waitpid(pid, os.WNOHANG)[0]:
                    sys.exit('not seen: ' + mark + ' in ' + screen[seen:].decode())
                look(0.1)
            seen = len(screen)
            time.sleep(0.1)
            os.write(main, text.encode() + (b'' if text == chr(3) else b'\\n'))
        status = None
        while status is None and time.time() < end:
            look(0.1)
            done, code = os.waitpid(pid, os.WNOHANG)
            if done: status = os.waitstatus_to_exitcode(code)
        look(0.1)
        echo = termios.tcgetattr(terminal)[3] & termios.ECHO
        sys.stdout.write(screen.decode() + ('echo is on' if echo else 'echo is off') + '\\n')
        sys.exit(99 if status is None else status)
        """
}
