import { execFile } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { StartupError } from '../../platform/signet-error.ts'
import { wellKnownAddress } from './request-guard.ts'

const run = promisify(execFile)
const timeoutMs = 5_000

interface Tool {
  readonly file: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

const tools: Partial<Record<NodeJS.Platform, Tool>> = {
  linux: {
    file: 'ip',
    add: ['address', 'add', `${wellKnownAddress}/32`, 'dev', 'lo'],
    remove: ['address', 'del', `${wellKnownAddress}/32`, 'dev', 'lo'],
  },
  darwin: {
    file: 'ifconfig',
    add: ['lo0', 'alias', `${wellKnownAddress}/32`],
    remove: ['lo0', '-alias', wellKnownAddress],
  },
}

type Interfaces = ReturnType<typeof networkInterfaces>

/**
 * The devices that have the well-known address, by whether it stays within this machine on them.
 *
 * @returns undefined where no device has it
 */
export function placeOfWellKnownAddress(interfaces: Interfaces): 'inside' | 'outside' | undefined {
  const holders = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ address }) => address === wellKnownAddress)
      .map(({ internal }) => internal || /^dummy\d*$/.test(name)),
  )
  if (holders.length === 0) return undefined
  return holders.every(Boolean) ? 'inside' : 'outside'
}

/**
 * Puts the well-known address on the loopback device, unless it is there; on another than a loopback or dummy device it
 * is refused (SEC-94).
 *
 * @returns what takes it away again, if it was put there
 * @throws StartupError with what to do
 */
export async function holdWellKnownAddress(): Promise<() => Promise<void>> {
  const place = placeOfWellKnownAddress(networkInterfaces())
  if (place === 'inside') return async () => undefined
  if (place === 'outside') {
    throw new StartupError(
      `${wellKnownAddress} belongs to a network device of this machine: an agent answers on a loopback or dummy device only; unset SIGNET_LOCAL_WELL_KNOWN (SEC-94)`,
    )
  }
  const tool = tools[process.platform]
  if (!tool) throw new StartupError('SIGNET_LOCAL_WELL_KNOWN works on Linux and macOS only')
  try {
    await run(tool.file, tool.add, { timeout: timeoutMs })
  } catch (cause) {
    throw new StartupError(
      `${wellKnownAddress} cannot be put on the loopback device: start the agent as root or with CAP_NET_ADMIN and CAP_NET_BIND_SERVICE, run \`${tool.file} ${tool.add.join(' ')}\` yourself, or unset SIGNET_LOCAL_WELL_KNOWN`,
      { cause },
    )
  }
  return async () => {
    await run(tool.file, tool.remove, { timeout: timeoutMs })
  }
}
