import { createHmac } from 'node:crypto'
import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, rowsOf, tamper } from '../../test/stack.ts'
import { type AlertStand, openAlertStand, openReceiver, type Received } from './testing/alert-stand.ts'

let stand: AlertStand
const open: { close(): void }[] = []

beforeEach(async () => {
  stand = await openAlertStand()
})
afterEach(async () => {
  for (const receiver of open.splice(0)) receiver.close()
  await stand.runner.stop()
  await stand.close()
})

async function receiver(...answer: Parameters<typeof openReceiver>) {
  const opened = await openReceiver(...answer)
  open.push(opened)
  return opened
}

const answering = (status: number, headers: Record<string, string> = {}) =>
  receiver((response) => response.writeHead(status, headers).end(`answer ${status}`))

const wish = (url: string) => ({
  ...{ name: 'pager', url, kinds: [] },
  events: ['alert.opened' as const, 'alert.resolved' as const],
})
const add = (url: string) => stand.webhooks.add(contextOf(), wish(url))

const trouble = (id = 'x') =>
  stand.audit.record(contextOf('system'), {
    action: 'integrity.failure',
    target: { kind: 'webhooks', id, label: 'a value' },
  })

async function turn(runner = stand.runner) {
  await runner.turn()
  await runner.settled()
}

const deliveries = () => rowsOf(stand, 'outbox_deliveries')

/** As a receiver has to do it, by the Standard Webhooks specification. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(expected)
}

describe('a webhook', () => {
  it('is told what opened and what resolved, signed, with a link to the fix', async () => {
    const hook = await answering(204)
    const { secret, webhook } = await add(hook.url)
    await trouble()
    await turn()
    stand.clock.advance(8 * dayMs)
    await stand.alertWatch.turn()
    await turn()
    expect(hook.received.map(({ body }) => JSON.parse(body).type)).toEqual(['alert.opened', 'alert.resolved'])
    const [first] = hook.received
    expect(isSigned(given(first), secret.reveal())).toBe(true)
    expect(isSigned(given(first), `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false)
    const { data } = JSON.parse(given(first).body)
    expect(data).toMatchObject({
      kind: 'integrity_failed',
      state: 'open',
      url: `http://localhost:7420${data.fix.path}`,
    })
    expect(await stand.webhooks.show(webhook.id)).toMatchObject({ waiting: 0, dead: 0, last: { status: 204 } })
  })

  it('hears nothing of an act that was undone, and nothing that it did not ask for', async () => {
    const hook = await answering(204)
    await stand.webhooks.add(contextOf(), { ...wish(hook.url), kinds: ['rotation_failed'] })
    await trouble()
    const undone = stand.database.transact(async (tx) => {
      const target = { kind: 'identity', id: 'one', label: 'one' }
      await stand.audit.append(tx, contextOf('system'), { action: 'rotation.failed', target })
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow()
    expect(await deliveries()).toEqual([])
  })

  it('has its secret kept sealed, shown once, and rolled with both valid for a day (SEC-55)', async () => {
    const hook = await answering(200)
    const { webhook, secret } = await add(hook.url)
    const rolled = await stand.webhooks.roll(contextOf(), webhook.id)
    expect(rolled.webhook.oldSecretUntil).toBe(stand.clock.now() + dayMs)
    await stand.webhooks.test(contextOf(), webhook.id)
    await turn()
    stand.clock.advance(dayMs + 1)
    await stand.webhooks.test(contextOf(), webhook.id)
    await turn()
    const valid = hook.received.map((one) => [isSigned(one, secret.reveal()), isSigned(one, rolled.secret.reveal())])
    expect(valid).toEqual([
      [true, true],
      [false, true],
    ])
    const stored = JSON.stringify(await rowsOf(stand, 'webhooks'))
    expect(stored).not.toContain(secret.reveal())
    expect(await auditTrail(stand)).toEqual(expect.arrayContaining(['webhook.added', 'webhook.secret_rolled']))
  })

  it('whose secret does not open sends nothing, and the damage is told of (SEC-60)', async () => {
    const hook = await answering(200)
    const { webhook } = await add(hook.url)
    await stand.webhooks.test(contextOf(), webhook.id)
    await tamper(stand, "UPDATE webhooks SET secret_enc = x'00'")
    await turn()
    await stand.refusalsRecorded()
    expect(hook.received).toEqual([])
    expect((await deliveries())[0]).toMatchObject({ state: 'waiting', fault: 'it could not be signed or sent' })
    expect(await stand.alerts.count()).toMatchObject({ open: 1, worst: 'critical' })
  })

  it('is refused plain HTTP and a stale change, and there are twenty at most', async () => {
    const { webhook } = await add('https://hooks.example/x')
    const change = { ...wish('https://hooks.example/y'), enabled: false, expected: webhook.version }
    expect(await stand.webhooks.change(contextOf(), webhook.id, change)).toMatchObject({ disabledBecause: 'operator' })
    await expect(stand.webhooks.change(contextOf(), webhook.id, change)).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    await expect(stand.webhooks.test(contextOf(), webhook.id)).rejects.toMatchObject({ code: 'conflict' })
    for (let n = 1; n < 20; n++) await add('https://hooks.example/x')
    await expect(add('https://hooks.example/x')).rejects.toMatchObject({ code: 'conflict' })
    await stand.webhooks.remove(contextOf(), webhook.id)
    await expect(stand.webhooks.show(webhook.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('delivery', () => {
  it('is tried again with pauses that grow, for three days, and then given up for somebody to send it again', async () => {
    let status = 500
    const hook = await receiver((response) => response.writeHead(status).end('x'.repeat(5_000)))
    const { webhook } = await add(hook.url)
    await trouble()
    const began = stand.clock.now()
    for (let [row] = await deliveries(); row?.state === 'waiting'; [row] = await deliveries()) {
      expect(row.due_at - began).toBeLessThanOrEqual(3 * dayMs)
      stand.clock.advance(Math.max(0, row.due_at - stand.clock.now()))
      await turn()
    }
    const [dead] = await deliveries()
    expect(dead).toMatchObject({ state: 'dead', status: 500, answer: 'x'.repeat(1_024) })
    expect(stand.clock.now() - began).toBe(3 * dayMs)
    expect(hook.received.length).toBeGreaterThan(15)
    expect(hook.received.length).toBeLessThan(200)
    expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    status = 200
    await stand.webhooks.resend(contextOf(), webhook.id, given(dead).id)
    await turn()
    expect(await deliveries()).toMatchObject([{ id: given(dead).id, state: 'delivered', status: 200, attempt: 1 }])
  })

  it('waits as long as a receiver asks for', async () => {
    const hook = await answering(429, { 'retry-after': '600' })
    await add(hook.url)
    await trouble()
    await turn()
    const [row] = await deliveries()
    expect(given(row).due_at - stand.clock.now()).toBe(10 * minuteMs)
  })

  it('disables a webhook whose receiver is gone; what waits for it waits, and is given up after three days', async () => {
    const hook = await answering(410)
    const { webhook } = await add(hook.url)
    await trouble('one')
    await turn()
    expect(await stand.webhooks.show(webhook.id)).toMatchObject({ enabled: false, disabledBecause: 'gone', dead: 1 })
    expect(await auditTrail(stand)).toContain('webhook.disabled')
    await trouble('two')
    await turn()
    expect(hook.received).toHaveLength(1)
    await stand.webhooks.change(contextOf(), webhook.id, { ...wish(hook.url), enabled: true, expected: undefined })
    await stand.webhooks.test(contextOf(), webhook.id)
    await stand.webhooks.change(contextOf(), webhook.id, { ...wish(hook.url), enabled: false, expected: undefined })
    stand.clock.advance(3 * dayMs + 1)
    await stand.runner.upkeep()
    expect(await stand.webhooks.show(webhook.id)).toMatchObject({ waiting: 0, dead: 2 })
  })

  it('to a receiver that hangs is cut off, and holds up no other (SEC-126, SEC-159)', async () => {
    let asked = () => {}
    const hanging = new Promise<void>((resolve) => {
      asked = resolve
    })
    const slow = await receiver(() => asked())
    const fine = await answering(204)
    await add(slow.url)
    await add(fine.url)
    await trouble()
    await stand.runner.turn()
    await hanging
    await expect.poll(() => stand.webhooks.list()).toMatchObject([{ waiting: 1 }, { waiting: 0 }])
    stand.clock.advance(5 * secondMs)
    await stand.runner.settled()
    const [row] = await deliveries()
    expect(row).toMatchObject({ state: 'waiting', status: null, fault: 'it did not answer within 5 s' })
  })

  it('follows no redirect, and keeps what a receiver that cannot be reached did', async () => {
    const away = await answering(302, { location: 'https://elsewhere.example/' })
    await add(away.url)
    await add('http://127.0.0.1:1/')
    await trouble()
    await turn()
    expect((await deliveries()).map(({ fault }) => fault)).toEqual([
      'it answers with a redirect, and none is followed',
      'ECONNREFUSED',
    ])
  })

  it('that a process dies after, before it is recorded, is sent again under the same ID', async () => {
    const hook = await answering(204)
    await add(hook.url)
    await trouble()
    const dying = stand.runnerAgain({
      transact: (work) => {
        if (hook.received.length > 0) return Promise.reject(new Error('the process died'))
        return stand.database.transact(work)
      },
    })
    await turn(dying)
    expect(hook.received).toHaveLength(1)
    await turn()
    expect(hook.received).toHaveLength(1)
    stand.clock.advance(minuteMs)
    await turn()
    expect(hook.received).toHaveLength(2)
    expect(hook.received[0]?.headers['webhook-id']).toBe(hook.received[1]?.headers['webhook-id'])
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempt: 2 }])
  })

  it('that a lease was lost over is recorded by the one who holds it now alone', async () => {
    let answer = () => {}
    const hook = await receiver((response) => {
      if (hook.received.length === 1) answer = () => response.writeHead(500).end()
      else response.writeHead(204).end()
    })
    await add(hook.url)
    await trouble()
    await stand.runner.turn()
    await expect.poll(() => hook.received.length).toBe(1)
    await tamper(stand, `UPDATE outbox_deliveries SET due_at = 0`)
    await turn(stand.runnerAgain())
    answer()
    await stand.runner.settled()
    expect(await deliveries()).toMatchObject([{ state: 'delivered', status: 204, fence: 2 }])
  })

  it('by two processes sends each message once', async () => {
    const hook = await answering(204)
    await add(hook.url)
    for (let n = 0; n < 9; n++) await trouble(`value-${n}`)
    await Promise.all([turn(), turn(stand.runnerAgain())])
    expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(9)
    expect(hook.received).toHaveLength(9)
  })

  it('that is over is kept for thirty days', async () => {
    const hook = await answering(204)
    await add(hook.url)
    await trouble()
    await turn()
    stand.clock.advance(30 * dayMs - hourMs)
    await stand.runner.upkeep()
    expect(await deliveries()).toHaveLength(1)
    stand.clock.advance(2 * hourMs)
    await stand.runner.upkeep()
    expect(await deliveries()).toEqual([])
  })
})
