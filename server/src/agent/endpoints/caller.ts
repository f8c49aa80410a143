import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { isIPv6, type Socket } from 'node:net'
import { endianness } from 'node:os'
import { join } from 'node:path'

/** The process at the other end of a connection on this machine. */
export interface CallingProcess {
  readonly pid: number
  readonly command: string
  /** The systemd unit or scope it runs in, if it runs in one. */
  readonly unit: string | undefined
}

const proc = '/proc'

/** The ends of a connection, as our side sees them. */
type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>

interface PeerSocket {
  readonly uid: number
  readonly inode: string
}

/**
 * Who made the socket at the other end, from the kernel's tables (SEC-101). Linux only.
 *
 * @returns undefined when the kernel no longer knows it
 */
export function peerSocketOf(ends: Ends): PeerSocket | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = ends
  if (!localAddress || !localPort || !remoteAddress || !remotePort) return undefined
  // An IPv6 socket that speaks IPv4 is in the second table, under mapped addresses.
  for (const [table, form] of [
    ['tcp', hexOfIPv4],
    ['tcp6', hexOfIPv6],
  ] as const) {
    const [peer, own] = [form(remoteAddress), form(localAddress)]
    if (peer === undefined || own === undefined) continue
    const wanted = ` ${peer}:${hexOfPort(remotePort)} ${own}:${hexOfPort(localPort)} `
    const line = readText(join(proc, 'net', table))
      .split('\n')
      .find((each) => each.includes(wanted))
    const fields = line?.trim().split(/\s+/) ?? []
    const [uid, inode] = [fields[7], fields[9]]
    if (uid !== undefined && inode !== undefined) return { uid: Number(uid), inode }
  }
  return undefined
}

/**
 * The process that holds a socket. Its start time is read before and after: a process ID may be another's by then.
 *
 * @returns undefined when none is found, or this process may not look
 */
export function processOf({ uid, inode }: PeerSocket): CallingProcess | undefined {
  const wanted = `socket:[${inode}]`
  for (const pid of readNames(proc)) {
    if (!/^\d+$/.test(pid) || ownerOf(join(proc, pid)) !== uid) continue
    const files = join(proc, pid, 'fd')
    if (!readNames(files).some((file) => linkOf(join(files, file)) === wanted)) continue
    const startedAt = startTimeOf(pid)
    const found = { pid: Number(pid), command: readText(join(proc, pid, 'comm')).trim(), unit: unitOf(pid) }
    if (startedAt !== undefined && startTimeOf(pid) === startedAt) return found
  }
  return undefined
}

/** The innermost unit of its control group: of systemd's own hierarchy, or of the only one there is. */
function unitOf(pid: string): string | undefined {
  const groups = readText(join(proc, pid, 'cgroup')).split('\n')
  const paths = groups.filter((line) => /^\d+:(name=systemd)?:/.test(line))
  const names = paths.flatMap((line) => line.split('/').reverse())
  return names.find((name) => /\.(service|scope)$/.test(name))
}

/** Clock ticks since the machine started. The name of a program may hold anything, so it is passed by first. */
function startTimeOf(pid: string): string | undefined {
  const stat = readText(join(proc, pid, 'stat'))
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

/** Words of 32 bits in the order of the machine, as the kernel prints addresses. */
function hexOf(bytes: readonly number[]): string {
  const word = (at: number) => {
    const part = bytes.slice(at, at + 4)
    return Buffer.from(endianness() === 'LE' ? part.reverse() : part).toString('hex')
  }
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => word(index * 4))
  return words.join('').toUpperCase()
}

function bytesOfIPv4(address: string): number[] | undefined {
  const plain = address.replace(/^::ffff:/, '')
  return isIPv6(plain) ? undefined : plain.split('.').map(Number)
}

function hexOfIPv4(address: string): string | undefined {
  const bytes = bytesOfIPv4(address)
  return bytes && hexOf(bytes)
}

/** Of the IPv6 addresses only one is ever listened on: `::1`. */
function hexOfIPv6(address: string): string | undefined {
  const zeros = (count: number) => Array.from({ length: count }, () => 0)
  if (address === '::1') return hexOf([...zeros(15), 1])
  const bytes = bytesOfIPv4(address)
  return bytes && hexOf([...zeros(10), 255, 255, ...bytes])
}

function hexOfPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/** What is gone, or not ours to see, is empty: processes come and go while they are looked at. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file)
  } catch {
    return undefined
  }
}

function ownerOf(folder: string): number | undefined {
  try {
    return statSync(folder).uid
  } catch {
    return undefined
  }
}
