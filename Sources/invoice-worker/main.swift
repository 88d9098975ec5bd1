import ServiceRuntime

await InvoiceWorkerCommand.runProgram()
