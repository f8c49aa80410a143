import { createVerify, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { readBody } from '../../platform/http/body.ts'
import { type Listener, listen } from '../../platform/http/listener.ts'
import type { TestAuthorities } from './test-certificates.ts'

export interface TokenCall {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
  readonly assertion: { header: Record<string, unknown>; claims: Record<string, unknown> }
}

/** A token endpoint over TLS that checks assertions by thumbprint and can be told to fail. */
export class TestAuthority {
  readonly calls: TokenCall[] = []
  /** Public keys by x5t#S256. */
  readonly keys = new Map<string, KeyObject>()
  /** Answers instead of a token. */
  refusal: { status: number; body: unknown; headers?: Record<string, string> } | undefined
  /** Each request waits for it. */
  gate: Promise<void> = Promise.resolve()
  expiresInSeconds = 3_600
  #listener: Listener | undefined

  async open(authorities: TestAuthorities, port = 0): Promise<void> {
    const tls = { ...(await authorities.serverMaterial()), minVersion: 'TLSv1.2' as const }
    this.#listener = await listen({
      name: 'test authority',
      setting: 'none',
      bind: '127.0.0.1',
      port,
      tls,
      handler: (request, response) => {
        void readBody(request, 65_536).then((body) => this.#answer(request.url ?? '', request.headers, body, response))
      },
    })
  }

  get url(): string {
    return `https://localhost:${this.port}`
  }

  get port(): number {
    return this.#listener?.port ?? 0
  }

  async close(): Promise<void> {
    await this.#listener?.close(0)
  }

  async #answer(path: string, headers: IncomingHttpHeaders, body: Buffer, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(body.toString('utf8'))
    const [head = '', payload = '', signature = ''] = (form.get('client_assertion') ?? '').split('.')
    const assertion = { header: decode(head), claims: decode(payload) }
    this.calls.push({ path, headers, form, assertion })
    await this.gate
    const key = this.keys.get(String(assertion.header['x5t#S256']))
    const isEc = assertion.header['alg'] === 'ES256'
    const isSigned =
      key !== undefined &&
      createVerify('sha256')
        .update(`${head}.${payload}`)
        .verify(isEc ? { key, dsaEncoding: 'ieee-p1363' } : key, Buffer.from(signature, 'base64url'))
    const unsigned = { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS700027: unknown key' } }
    const refusal = this.refusal ?? (isSigned ? undefined : unsigned)
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': 'application/json', ...this.refusal?.headers })
      response.end(JSON.stringify(refusal.body))
      return
    }
    const now = Math.floor(Date.now() / 1_000)
    const aud = (form.get('scope') ?? '').replace(/\/\.default$/, '')
    const claims = { aud, exp: now + this.expiresInSeconds, nbf: now, sequence: this.calls.length, tid: 't', oid: 'o' }
    const token = `${encode({ alg: 'RS256' })}.${encode(claims)}.c2ln`
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ token_type: 'Bearer', expires_in: this.expiresInSeconds, access_token: token }))
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export function decode(segment: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8') || '{}')
}
