import { createPublicKey, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dayMs } from '@signet/shared/vocabulary/time'
import { issueAuthority, issueLeaf, toPem } from '../../certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../../key-pair.ts'
import { openWith, sealWith } from '../../sealing.ts'

/** A certificate authority and a server certificate of it for localhost, PEM. */
async function certificates() {
  const span = { notBefore: Date.now() - dayMs, notAfter: Date.now() + dayMs }
  const rootKey = await generatePrivateKey('p256')
  const root = await issueAuthority({ commonName: 'Key service CA', privateKey: rootKey, ...span })
  const pkcs8 = await generatePrivateKey('p256')
  const privateKey = importPrivateKey(pkcs8)
  const leaf = await issueLeaf(
    { certificate: root, privateKey: rootKey },
    {
      commonName: 'localhost',
      publicKey: createPublicKey(privateKey),
      usage: 'serverAuth',
      names: ['localhost', '127.0.0.1'],
      ...span,
    },
  )
  return { ca: toPem(root), cert: toPem(leaf), key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) }
}

export type TestKms = Awaited<ReturnType<typeof openTestKms>>

/** A key service over real TLS that speaks the protocol of docs/settings.md; `misbehave` answers in its place. */
export async function openTestKms() {
  const { ca, cert, key } = await certificates()
  const token = randomBytes(24).toString('base64url')
  const rootKey = { id: randomBytes(16), key: randomBytes(32) }
  const kms = {
    ca,
    token,
    url: '',
    keyId: `kms/${rootKey.id.toString('hex')}`,
    rootKey,
    requests: [] as string[],
    misbehave: undefined as ((request: IncomingMessage, response: ServerResponse) => void) | undefined,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const placeOf = (context: string) => ({ table: 'kms', rowId: context, column: 'key', version: 1 })
  const operations: Record<string, (body: Record<string, string>) => Record<string, string>> = {
    'GET /v1/health': () => ({ keyId: kms.keyId }),
    'POST /v1/wrap': ({ plaintext = '', context = '' }) => ({
      ciphertext: sealWith(rootKey, 'root-wrap', placeOf(context), Buffer.from(plaintext, 'base64')).toString('base64'),
    }),
    'POST /v1/unwrap': ({ ciphertext = '', context = '' }) => ({
      plaintext: openWith(rootKey, 'root-wrap', placeOf(context), Buffer.from(ciphertext, 'base64')).toString('base64'),
    }),
  }
  const server = createServer({ cert, key }, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    kms.requests.push(`${request.method} ${request.url}`)
    if (kms.misbehave) return kms.misbehave(request, response)
    const operation = operations[`${request.method} ${request.url}`]
    if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end()
    if (!operation) return response.writeHead(404).end()
    try {
      const text = Buffer.concat(chunks).toString('utf8')
      response.end(JSON.stringify(operation(text ? (JSON.parse(text) as Record<string, string>) : {})))
    } catch {
      response.writeHead(422).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  kms.url = `https://localhost:${(server.address() as AddressInfo).port}/v1`
  return kms
}
