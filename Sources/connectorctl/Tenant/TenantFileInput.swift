import ArgumentParser
import ExactJSON
import Foundation
import Onboarding
import Tenancy

/// A tenant file as a command was given it, and how its faults are said.
struct TenantFileInput {
    let path: String
    let text: String

    /// - Throws: exit status 2 for what is no file, or not UTF-8.
    init(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Reach.failure(2, "There is no file \(path).")
        }
        guard !isFolder.boolValue, let data = FileManager.default.contents(atPath: path) else {
            throw Reach.failure(2, "\(path) cannot be read\(isFolder.boolValue ? ": it is a folder" : "").")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Reach.failure(2, "\(path) is not UTF-8 text. Save it as UTF-8; nothing was applied.")
        }
        self.path = path
        self.text = text
    }

    /// Says everything that is wrong, by line and key.
    func refusal(_ problems: [TenantFileProblem], _ output: OutputOptions) -> ExitCode {
        if output.isJSON {
            let rows = problems.map { problem -> JSON in
                [
                    "line": .int(problem.line), "key": .string(problem.key),
                    "reason": .string(problem.reason),
                ]
            }
            Console.answer(["problems": .array(rows)])
        }
        for problem in problems {
            Console.say("\(path):\(problem.line): \(problem.key): \(problem.reason)")
        }
        return Reach.failure(2, "Nothing was applied.")
    }

    /// The same for what is wrong with what the file says rather than with how.
    func refusal(_ error: OnboardingError, _ output: OutputOptions) -> ExitCode {
        let key = error.key ?? "file"
        let line = TenantFile.line(of: key, in: text) ?? 1
        return refusal([TenantFileProblem(line: line, key: key, reason: error.description)], output)
    }

    /// Runs what takes the file in; what is wrong with it is said by line and key.
    func take<Value>(_ output: OutputOptions, _ body: (String) async throws -> Value) async throws -> Value {
        do { return try await body(text) } catch let error as TenantFileError {
            throw refusal(error.problems, output)
        } catch let error as OnboardingError { throw refusal(error, output) }
    }
}
