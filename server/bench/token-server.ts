import 'reflect-metadata'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { issueSelfSigned, toPem } from '../src/platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../src/platform/crypto/key-pair.ts'
import { listen } from '../src/platform/http/listener.ts'
import { openServer } from './open-server.ts'
import type { CpuUsed, ServerFacts } from './processes.ts'

/**
 * The product in a process of its own: the whole server as `compose.ts` builds it, its authority on plain HTTP (what is
 * compared is work, not TLS) and once more on TLS; and a bare `node:http` server that answers a fixed body, the floor of
 * what published documents may cost. Answers every message with the CPU time it has used.
 */
const { server, config } = await openServer({ ...process.env })
const where = { name: 'bench', setting: 'none', bind: '127.0.0.1', port: 0, handler: server.authorityHandler }
const plain = await listen(where)
const tls = await listen({ ...where, tls: { ...(await certificate()), minVersion: 'TLSv1.2' } })
const body = Buffer.alloc(2_000, 'a')
const hello = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length })
  response.end(body)
})
await new Promise<void>((resolve) => void hello.listen(0, '127.0.0.1', resolve))
process.on('message', () => {
  const micros = ({ user, system }: NodeJS.CpuUsage) => user + system
  const used: CpuUsed = { micros: micros(process.cpuUsage()), mainMicros: micros(process.threadCpuUsage()) }
  process.send?.(used)
})
process.on('disconnect', () => process.exit())
const facts: ServerFacts = {
  plainPort: plain.port,
  tlsPort: tls.port,
  helloPort: (hello.address() as AddressInfo).port,
  issuer: `${config.authorityUrl}/${server.tenantId}/v2.0`,
}
process.send?.(facts)

async function certificate() {
  const privateKey = await generatePrivateKey('p256')
  const now = Date.now()
  const der = await issueSelfSigned({
    ...{ commonName: 'localhost', privateKey, notBefore: now - 60_000, notAfter: now + 86_400_000 },
  })
  const key = importPrivateKey(privateKey).export({ format: 'pem', type: 'pkcs8' })
  return { cert: toPem(der), key: String(key) }
}
