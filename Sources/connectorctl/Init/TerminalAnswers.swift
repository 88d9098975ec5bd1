import Accounting
import Foundation
import Glibc
import Onboarding
import ServiceRuntime

/// A person at a terminal: what is wrong is explained and asked again, and secrets are not shown.
struct TerminalAnswers: Answering {
    /// Whether standard input is one.
    static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    func answer(to question: Question) async throws -> Secret {
        let prompt = Prompt(question: question)
        Console.say(prompt.lines)
        write(prompt.mark)
        let isHidden =
            switch question.form {
            case .secret, .block: true
            case .text, .one, .several, .review: false
            }
        guard isHidden else {
            guard let line = await BlockingInput.line() else { throw InterviewError.left }
            return Secret(line)
        }
        let isWhole: @Sendable (String) -> Bool
        if case .block(let whole) = question.form { isWhole = whole } else { isWhole = { _ in true } }
        let isBlock = if case .block = question.form { true } else { false }
        let typed = await BlockingInput.run { HiddenInput.read(until: isWhole, discardingRest: isBlock) }
        write("\n")
        guard let typed else { throw InterviewError.left }
        return Secret(typed)
    }

    func refuse(_ refusal: Refusal, of question: Question) async throws { Console.say("  ! \(refusal)\n") }

    func note(_ words: String) async { Console.say("  \(words)") }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(TerminalText.visible(text).utf8))
    }
}

/// Lines typed or pasted while the terminal shows nothing of them.
///
/// The terminal also leaves its signals to us meanwhile, so that Ctrl-C cannot end the process before the echo is back.
enum HiddenInput {
    private static let largest = 64 << 10

    /// - Parameter isWhole: asked after each line; an empty one ends it, too, once there is something.
    /// - Parameter discardingRest: what was pasted behind the last line answers no other question.
    /// - Returns: the lines; nil when the person left, with Ctrl-C or Ctrl-D.
    static func read(until isWhole: (String) -> Bool, discardingRest: Bool) -> String? {
        var former = termios()
        guard tcgetattr(STDIN_FILENO, &former) == 0 else { return nil }
        var hidden = former
        hidden.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &hidden) == 0 else { return nil }
        defer { tcsetattr(STDIN_FILENO, discardingRest ? TCSAFLUSH : TCSADRAIN, &former) }
        var text = ""
        while text.utf8.count < largest {
            guard let line = line() else { return nil }
            text += line
            if isWhole(text) || line.isEmpty && !text.isEmpty { return text }
            text += "\n"
        }
        return text
    }

    private static func line() -> String? {
        var bytes: [UInt8] = []
        while bytes.count < largest {
            var byte: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            switch byte {
            case 0x0A, 0x0D: return String(decoding: bytes, as: UTF8.self)
            // Ctrl-C, and Ctrl-D where nothing was typed.
            case 0x03: return nil
            case 0x04: if bytes.isEmpty { return nil }
            // Backspace takes a whole character away.
            case 0x08, 0x7F:
                while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            // Ctrl-U.
            case 0x15: bytes = []
            case 0x1B: skipSequence()
            case 0x20...: bytes.append(byte)
            default: break
            }
        }
        return nil
    }

    /// An arrow key, or the beginning or end of a paste: `ESC [ … letter`.
    private static func skipSequence() {
        var byte: UInt8 = 0
        guard Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte == UInt8(ascii: "[") else { return }
        while Glibc.read(STDIN_FILENO, &byte, 1) == 1, !(0x40...0x7E).contains(byte) {}
    }
}
