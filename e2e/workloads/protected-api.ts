import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import express, { type RequestHandler } from 'express'

/**
 * A service as its owner would write it by the documentation: Express with the middleware of `docs/relying-parties.md`, byte for
 * byte. Prints its port, and answers `/` with who asked.
 */
const page = fileURLToPath(new URL('../../docs/relying-parties.md', import.meta.url))
const [, code = ''] = /^```js\n([\s\S]+?)^```$/m.exec(readFileSync(page, 'utf8')) ?? []
// Below the tests, so that what it imports is found.
const folder = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
mkdirSync(folder, { recursive: true })
const file = join(folder, `signet-bearer-${process.pid}.mjs`)
writeFileSync(file, code)

interface Middleware {
  readonly signetBearer: (options: { authority: string; tenant: string; audience: string }) => RequestHandler
}
const { signetBearer } = (await import(pathToFileURL(file).href)) as Middleware

const need = (name: string): string => process.env[name] ?? ''
const app = express()
app.use(signetBearer({ authority: need('AUTHORITY'), tenant: need('TENANT'), audience: need('AUDIENCE') }))
app.get('/', (request, response) => {
  const { identity } = request as { identity?: Record<string, unknown> }
  response.json({ oid: identity?.['oid'] })
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
