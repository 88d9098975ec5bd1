import ServiceRuntime

await ConnectorControl.runProgram()
