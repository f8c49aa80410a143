import 'reflect-metadata'
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runProgram } = await import('./commands/program.ts')
await runProgram(process.argv)
