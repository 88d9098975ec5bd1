import ServiceRuntime

await ReplayerCommand.runProgram()
