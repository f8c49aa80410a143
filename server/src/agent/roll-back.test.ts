import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CredentialRecord } from './credential-file.ts'
import { call, readyAgent, type TestStand, until } from './testing/test-stand.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

/** An agent that has rotated once, so that it holds two certificates. */
async function rotated() {
  const { stand, agent } = await readyAgent()
  open = stand
  const { server } = stand
  const [principal] = server.principals
  if (!principal) throw new Error('no principal')
  const { slot } = principal
  const first = slot.active
  slot.run = { id: randomUUID(), state: 'requested' }
  server.push()
  await until(() => slot.active !== first && record(stand, slot.id).previous?.x5tS256 === first)
  return { stand, agent, server, principal, slot, first, second: slot.active }
}

function record(stand: TestStand, slotId: string): CredentialRecord {
  const file = join(stand.agentDir, 'credentials', `${slotId}.json`)
  return CredentialRecord.parse(JSON.parse(readFileSync(file, 'utf8')))
}

let resources = 0
/** Past every cache: nobody asked for this resource before. */
function token(url: string) {
  resources += 1
  const resource = `https://api.example/${resources}`
  const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(resource)}`
  return call(`${url}${path}`, [['Metadata', 'true']])
}

const signedBy = (stand: TestStand) => stand.authority.calls.at(-1)?.assertion.header['x5t#S256']

describe('a roll back', () => {
  it('is followed by the agent, which keeps the old key for it and wipes the new one', async () => {
    const { stand, agent, server, principal, slot, first, second } = await rotated()
    await token(agent.endpoints.urls.imds)
    expect(signedBy(stand)).toBe(second)
    server.rollBack(principal)
    server.push()
    await until(() => record(stand, slot.id).active?.x5tS256 === first)
    expect(record(stand, slot.id).previous).toBeNull()
    expect((await token(agent.endpoints.urls.imds)).status).toBe(200)
    expect(signedBy(stand)).toBe(first)
    expect(slot.certificates.size).toBe(2)
  })

  it('fails no request, although the certificate in use is refused before the agent hears of it', async () => {
    const { stand, agent, server, principal, first } = await rotated()
    server.rollBack(principal)
    const answers = await Promise.all(Array.from({ length: 5 }, () => token(agent.endpoints.urls.imds)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(signedBy(stand)).toBe(first)
    server.push()
    expect((await token(agent.endpoints.urls.imds)).status).toBe(200)
  })

  it('is followed after a restart that came before it was heard of', async () => {
    const { stand, agent, server, principal, slot, first } = await rotated()
    await agent.stop()
    server.rollBack(principal)
    const again = await stand.start()
    await until(() => record(stand, slot.id).active?.x5tS256 === first)
    expect((await token(again.endpoints.urls.imds)).status).toBe(200)
    expect(slot.certificates.size).toBe(2)
  })
})

describe('the key before', () => {
  it('is wiped when the overlap ends', async () => {
    const { stand, server, slot, second } = await rotated()
    Object.assign(slot, { previous: null, run: null })
    server.push()
    await until(() => record(stand, slot.id).previous === null)
    expect(record(stand, slot.id).active?.x5tS256).toBe(second)
  })
})
