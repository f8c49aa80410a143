import { overviewApi } from '@signet/shared/api/overview'
import { Delivery, Webhook, webhooksApi } from '@signet/shared/api/webhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

let stand: DashboardStand
beforeAll(async () => {
  stand = await openDashboard()
})
afterAll(() => stand.close())

async function ask(method: string, path: string, body?: unknown) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await stand.send({ method, path: `/api${path}`, headers: stand.headers, ...sent })
  return { ...answer, json: answer.text === '' ? undefined : (JSON.parse(answer.text) as unknown) }
}

describe('webhooks over the API', () => {
  it('show their secret in the answer that makes it and in no other', async () => {
    const wish = { name: 'pager', url: 'https://hooks.example/in?key=1' }
    const added = webhooksApi.add.response.parse((await ask('POST', '/webhooks', wish)).json)
    expect(added.secret).toMatch(/^whsec_[\w+/]{43}=$/)
    expect(added.webhook).toMatchObject({ enabled: true, events: ['alert.opened', 'alert.resolved'], kinds: [] })
    const rest = await Promise.all([ask('GET', '/webhooks'), ask('GET', `/webhooks/${added.webhook.id}`)])
    for (const { text } of rest) expect(text).not.toContain(added.secret)
    expect(stand.logged()).not.toContain(added.secret)
    expect((await ask('GET', '/audit/events')).text).not.toContain('key=1')
  })

  it('are called over HTTPS alone, without user and password in their address', async () => {
    for (const url of ['http://hooks.example/', 'ftp://hooks.example/', 'https://user:pass@hooks.example/', 'x']) {
      expect((await ask('POST', '/webhooks', { name: 'x', url })).status).toBe(400)
    }
  })

  it('never reach a private address unless a setting allows it (SEC-159)', async () => {
    const { json } = await ask('POST', '/webhooks', { name: 'inside', url: 'https://127.0.0.1:1/' })
    const { webhook } = webhooksApi.add.response.parse(json)
    const sent = Delivery.parse((await ask('POST', `/webhooks/${webhook.id}/test`, {})).json)
    const path = `/webhooks/${webhook.id}/deliveries/${sent.id}`
    stand.clock.advance(2_000)
    await expect.poll(async () => Delivery.parse((await ask('GET', path)).json).fault).toMatch(/not allowed/)
    expect(Delivery.parse((await ask('GET', path)).json)).toMatchObject({ state: 'waiting', status: null })
  })

  it('are changed as they were seen, and removed with their deliveries', async () => {
    const { json } = await ask('GET', '/webhooks')
    const [first] = webhooksApi.list.response.parse(json).items
    const path = `/webhooks/${first?.id}`
    const { name, url, kinds } = Webhook.parse(first)
    const body = JSON.stringify({ name, url, kinds, events: ['alert.opened'], enabled: false })
    const stale: [string, string][] = [...stand.headers, ['If-Match', '"99"']]
    const put = (headers: [string, string][]) => stand.send({ method: 'PUT', path: `/api${path}`, headers, body })
    expect((await put(stale)).status).toBe(412)
    expect((await put([...stand.headers])).status).toBe(200)
    expect((await ask('POST', `${path}/test`, {})).status).toBe(409)
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('GET', path)).status).toBe(404)
  })
})

describe('alerts and expiries over the API', () => {
  it('page through everything that expires, by kind or all of it, the nearest first (SEC-53)', async () => {
    const read = async (query: string) =>
      overviewApi.expiries.response.parse((await ask('GET', `/expiries?${query}`)).json)
    const { items } = await read('limit=200')
    expect(items.length).toBeGreaterThanOrEqual(5)
    expect(items.map(({ notAfter }) => notAfter)).toEqual(
      items.map(({ notAfter }) => notAfter).toSorted((a, b) => a - b),
    )
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof read>> = await read(`limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(items.map(({ id }) => id))
    const authorities = await read('kind=authority')
    expect(new Set(authorities.items.map(({ kind }) => kind))).toEqual(new Set(['authority']))
    expect(authorities.items.every(({ lifeLeft }) => lifeLeft > 0.99)).toBe(true)
    expect(authorities.items.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^Signet Root CA/))
    // Each is followed by the next, the root too.
    expect(authorities.items.filter(({ overdue }) => overdue)).toEqual([])
  })

  it('count what is open, and know no alert that there is not', async () => {
    expect((await ask('GET', '/alerts/count')).json).toEqual({ open: 0, acknowledged: 0, worst: null })
    expect((await ask('GET', '/alerts?state=resolved')).json).toEqual({ items: [], nextCursor: null })
    const path = '/alerts/01890000-0000-7000-8000-000000000001'
    expect((await ask('GET', path)).status).toBe(404)
    expect((await ask('POST', `${path}/acknowledge`, {})).status).toBe(404)
  })
})
