import inspector from 'node:inspector'
import { StartupError } from './signet-error.ts'

const always = ['--disable-sigusr1', '--disable-proto=delete']

/** What Node has to be told before it starts: none of it can be switched on later in full. */
export const processFlags = {
  /** The driver of the database makes its rows with functions it compiles, so the server has to allow that. */
  server: always,
  agent: [...always, '--disallow-code-generation-from-strings'],
} as const

/**
 * Makes this process one that keeps its secrets (SEC-175, SEC-176): files are the owner's alone, nobody attaches a debugger,
 * the agent compiles no code out of text, and no report is written with the environment in it. A process that was started
 * without the flags becomes, under the same ID, one that has them; where that cannot be done (Windows, or a parent that
 * listens for messages) what can be had without them is put in force.
 *
 * @throws StartupError when a debugger is attached or asked for
 */
export function hardenProcess(role: keyof typeof processFlags): void {
  process.umask(0o077)
  const { execArgv, execPath, argv, env } = process
  const asks = /^--(?:inspect|heapsnapshot-signal|report-on-signal)/
  if (inspector.url() !== undefined || execArgv.some((argument) => asks.test(argument))) {
    throw new StartupError('a debugger could read every key: start Signet without --inspect and its like')
  }
  const missing = processFlags[role].filter((flag) => !execArgv.includes(flag))
  if (missing.length > 0 && process.platform !== 'win32' && !process.connected) {
    process.execve?.(execPath, [execPath, ...execArgv, ...missing, ...argv.slice(1)], env)
  }
  // A listener of any kind takes the place of the one that would open a debugger's port.
  process.on('SIGUSR1', () => undefined)
  Reflect.deleteProperty(Object.prototype, '__proto__')
  Object.assign(process.report, {
    reportOnFatalError: false,
    reportOnSignal: false,
    reportOnUncaughtException: false,
    excludeEnv: true,
  })
}
