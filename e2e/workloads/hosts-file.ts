import { readFileSync } from 'node:fs'
import { type LookupFunction, Socket } from 'node:net'

/**
 * For one process (`node --import`) what a hosts file and a router are for a closed network: the names in the file `HOSTS_FILE`
 * lead to their addresses there, and of these port 443 leads to `HTTPS_PORT`. The program in the process is as it was published.
 */
const lines = readFileSync(process.env['HOSTS_FILE'] ?? '', 'utf8').matchAll(/^([\d.]+)\s+(\S+)$/gm)
const addresses = new Map([...lines].map(([, address = '', name = '']) => [name, address]))
const httpsPort = Number(process.env['HTTPS_PORT'])

const lookup: LookupFunction = (name, options, done) => {
  const address = addresses.get(name) ?? ''
  if (options.all) done(null, [{ address, family: 4 }])
  else done(null, address, 4)
}

const connect = Socket.prototype.connect
Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]) {
  const [first] = args
  const options: unknown = Array.isArray(first) ? first[0] : first
  const isLed = typeof options === 'object' && options !== null && 'host' in options
  if (isLed && typeof options.host === 'string' && addresses.has(options.host)) {
    const port = 'port' in options ? Number(options.port) : 443
    Object.assign(options, { lookup, port: port === 443 ? httpsPort : port })
  }
  return Reflect.apply(connect, this, args)
})
