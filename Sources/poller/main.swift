import ServiceRuntime

await PollerCommand.runProgram()
