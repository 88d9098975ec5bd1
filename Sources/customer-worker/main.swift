import ServiceRuntime

await CustomerWorkerCommand.runProgram()
