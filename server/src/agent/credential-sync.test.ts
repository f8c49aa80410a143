import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DesiredSlot } from '@signet/shared/wire/agent-protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { CredentialRecord } from './credential-file.ts'
import { planSlot } from './credential-plan.ts'
import { call, TestStand, until } from './testing/test-stand.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

async function enrolled() {
  open = await TestStand.open()
  const principal = open.server.addPrincipal()
  await open.enroll()
  return { stand: open, server: open.server, principal, slot: principal.slot }
}

const csrs = (stand: TestStand) => stand.server.callsTo('/certificate').map((one) => (one.body as { csr: string }).csr)

describe('a crash at any step resumes with the same key (SEC-43)', () => {
  it.each([
    ['after the key was stored, before it was sent', '/certificate', false, 1],
    ['after the certificate was issued, before it was stored', '/certificate', true, 1],
    ['after the certificate was stored, before it was acknowledged', '/acknowledge', false, 1],
    ['after it was acknowledged, before that was stored', '/acknowledge', true, 1],
  ])('%s', async (_title, part, late, certificates) => {
    const { stand, server, slot } = await enrolled()
    const error = new SignetError('unavailable')
    server.fault = (path) => (path.endsWith(part) ? { error, late } : undefined)
    const first = await stand.start()
    await until(() => server.callsTo(part).length > 0)
    await first.stop()
    server.fault = undefined
    const second = await stand.start()
    await until(() => second.instanceState().identities[0]?.ready === true)
    expect(slot.certificates.size).toBe(certificates)
    expect(slot.active).not.toBeNull()
    const url = `${second.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x`
    expect((await call(url, [['Metadata', 'true']])).status).toBe(200)
  })

  it('renews the agent certificate with the same request and key after a lost answer', async () => {
    const { stand, server } = await enrolled()
    server.fault = (path) =>
      path.endsWith('/renew') ? { error: new SignetError('unavailable'), late: true } : undefined
    server.renewAfter = Date.now() - 1
    const first = await stand.start()
    await until(() => server.callsTo('/renew').length > 0)
    await first.stop()
    server.fault = undefined
    await stand.start()
    await until(() => JSON.parse(readFileSync(join(stand.agentDir, 'agent.json'), 'utf8')).generation === 2)
    const requests = server.callsTo('/renew').map((one) => (one.body as { requestId: string }).requestId)
    expect(requests.length).toBeGreaterThanOrEqual(2)
    expect(new Set(requests).size).toBe(1)
  })
})

describe('credentials at rest', () => {
  it('are readable by their owner alone, and no key leaves the machine (SEC-34, SEC-47)', async () => {
    const { stand, server } = await enrolled()
    const agent = await stand.start()
    await until(() => agent.instanceState().identities[0]?.ready === true)
    const folder = join(stand.agentDir, 'credentials')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const [name = ''] = readdirSync(folder)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    const key =
      CredentialRecord.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))).active?.privateKey ?? 'none'
    const agentKey = JSON.parse(readFileSync(join(stand.agentDir, 'agent.json'), 'utf8')).privateKey
    const sent = JSON.stringify([server.calls, stand.authority.calls])
    expect(sent).not.toContain(key)
    expect(sent).not.toContain(agentKey)
  })

  it('that are damaged are replaced by new ones', async () => {
    const { stand, slot } = await enrolled()
    const first = await stand.start()
    await until(() => first.instanceState().identities[0]?.ready === true)
    await first.stop()
    writeFileSync(join(stand.agentDir, 'credentials', `${slot.id}.json`), '{"half": ')
    const second = await stand.start()
    await until(() => second.instanceState().identities[0]?.ready === true)
    expect(slot.certificates.size).toBe(2)
  })
})

describe('a step that fails', () => {
  it('is reported and tried again with the same key', async () => {
    const { stand, server } = await enrolled()
    let refusals = 0
    server.fault = (path) => {
      refusals += path.endsWith('/certificate') ? 1 : 0
      return path.endsWith('/certificate') && refusals === 1
        ? { error: new SignetError('unavailable'), late: false }
        : undefined
    }
    const agent = await stand.start()
    await until(() => server.reports.some((report) => report.errors[0]?.code === 'unavailable'))
    await until(() => agent.instanceState().identities[0]?.ready === true)
    await until(() => server.reports.at(-1)?.errors.length === 0)
    expect(new Set(csrs(stand)).size).toBeGreaterThan(0)
    expect(server.principals[0]?.slot.certificates.size).toBe(1)
  })

  it('waits on, however often the server repeats the same state', async () => {
    const { stand, server } = await enrolled()
    server.fault = (path) =>
      path.endsWith('/certificate') ? { error: new SignetError('unavailable'), late: false } : undefined
    await stand.start()
    await until(() => server.reports.some((report) => report.errors.length === 1))
    for (let index = 0; index < 20; index += 1) server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    expect(csrs(stand).length).toBeLessThanOrEqual(2)
  })

  it('makes a new key when the server will not certify this one', async () => {
    const { stand, server, slot } = await enrolled()
    let first = true
    server.fault = (path) => {
      if (!path.endsWith('/certificate') || !first) return undefined
      first = false
      return { error: new SignetError('key_reused'), late: true }
    }
    const agent = await stand.start()
    await until(() => agent.instanceState().identities[0]?.ready === true)
    expect(slot.certificates.size).toBe(2)
  })
})

describe('what to do next about a slot', () => {
  const thumbprint = (letter: string) => letter.repeat(43)
  const run = { id: randomUUID(), state: 'requested' }
  const stored = (letter: string) => ({ privateKey: '', runId: null, certificates: ['x'], x5tS256: thumbprint(letter) })
  const slot = (part: object) =>
    DesiredSlot.parse({
      id: randomUUID(),
      active: null,
      prepared: null,
      previous: null,
      keyAlgorithm: 'p256',
      rotateAfter: null,
      run: null,
      drill: null,
      ...part,
    })
  const local = (part: object) =>
    CredentialRecord.parse({
      slotId: randomUUID(),
      objectId: randomUUID(),
      pendingKey: null,
      prepared: null,
      active: null,
      previous: null,
      ...part,
    })
  const [a, b] = [thumbprint('a'), thumbprint('b')]

  it.each([
    ['nothing anywhere', {}, {}, 'request'],
    ['a requested run', { run }, {}, 'request'],
    ['a requested run beside a good credential', { active: a, run }, { active: stored('a') }, 'request'],
    ['a prepared certificate that is not here', { active: a, prepared: b }, { active: stored('a') }, 'request'],
    [
      'a prepared certificate that is here',
      { active: a, prepared: b },
      { active: stored('a'), prepared: stored('b') },
      'acknowledge',
    ],
    ['a server that lost the acknowledgement', { prepared: b }, { active: stored('b') }, 'acknowledge'],
    [
      'an acknowledgement whose answer was lost',
      { active: b },
      { active: stored('a'), prepared: stored('b') },
      'adopt',
    ],
    ['the same credential on both sides', { active: a }, { active: stored('a') }, 'keep'],
    ['a run that was activated', { active: a, run: { ...run, state: 'activated' } }, { active: stored('a') }, 'keep'],
    ['another active credential on the server', { active: b }, { active: stored('a') }, 'request'],
    ['a roll back', { active: a }, { active: stored('b'), previous: stored('a') }, 'restore'],
    ['a roll back and a rotation', { active: a, run }, { active: stored('b'), previous: stored('a') }, 'restore'],
    [
      'the overlap of both',
      { active: b, previous: a, run: { ...run, state: 'activated' } },
      { active: stored('b'), previous: stored('a') },
      'keep',
    ],
    ['the end of the overlap', { active: b }, { active: stored('b'), previous: stored('a') }, 'forget'],
    ['a revoked credential', {}, { active: stored('a') }, 'request'],
  ])('%s', (_title, desired, held, kind) => {
    expect(planSlot(slot(desired), local(held)).kind).toBe(kind)
  })
})
