import 'reflect-metadata'
import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'

enableCompileCache()
// Tokens are signed on Node's thread pool; its size is taken from here when its first job starts, child processes inherit it.
// A workload that `signet run` starts has the environment it was given.
if (process.argv[2] !== 'run') process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(2, availableParallelism()))
const { runProgram } = await import('./commands/program.ts')
await runProgram(process.argv)
