import { ApplicationDetail, ApplicationFacets, ApplicationList } from '@signet/shared/api/applications'
import { Audience, AudienceFacets, AudienceList } from '@signet/shared/api/audiences'
import { AuditEvent } from '@signet/shared/api/audit'
import { BulkPreview, Job } from '@signet/shared/api/bulk'
import { UserIdentityDetail, UserIdentityFacets, UserIdentityList } from '@signet/shared/api/user-identities'
import { Problem } from '@signet/shared/errors'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

let stand: DashboardStand
const hostile = '=HYPERLINK("http://evil")'

async function ask(method: string, path: string, body?: unknown) {
  const answer = await stand.send({
    method,
    path: `/api${path}`,
    headers: stand.headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const isJson = answer.headers['content-type']?.includes('json') && !answer.headers['content-disposition']
  return { ...answer, json: isJson && answer.text !== '' ? (JSON.parse(answer.text) as unknown) : undefined }
}

const applicationIds = new Map<string, string>()

beforeAll(async () => {
  stand = await openDashboard()
  for (const name of ['deploy', 'backup', 'Ansible']) await ask('POST', '/user-identities', { name })
  for (const name of ['billing', 'crm', hostile]) {
    const made = ApplicationDetail.parse((await ask('POST', '/applications', { name })).json)
    applicationIds.set(name, made.principalId)
  }
  await ask('POST', `/applications/${applicationIds.get('billing')}/secrets`, { description: 'ci' })
  for (const name of ['orders', 'Invoices', hostile]) {
    const uri = `api://${name.replaceAll(/[^A-Za-z]/g, '').toLowerCase()}`
    await ask('POST', '/audiences', { uri, name, tokenVersion: 2, roles: [{ value: 'Orders.Read' }] })
  }
})

afterAll(() => stand.close())

const lists = [
  { path: '/user-identities', schema: UserIdentityList, sort: '-name', filter: 'a', action: 'identities.exported' },
  {
    path: '/applications',
    schema: ApplicationList,
    sort: '-created',
    filter: 'proof:none',
    action: 'applications.exported',
  },
  { path: '/audiences', schema: AudienceList, sort: '-name', filter: 'built-in:no', action: 'audiences.exported' },
] as const

async function rowsOf(path: string, query: string) {
  const { text, headers, status } = await ask('GET', `${path}/export?format=ndjson&${query}`)
  const rows =
    text === ''
      ? []
      : text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { rows, headers, status }
}

async function newestEvent() {
  const { items } = z.object({ items: z.array(AuditEvent) }).parse((await ask('GET', '/audit?limit=1')).json)
  return items[0]
}

describe.each(lists)('the list $path', ({ path, schema, sort, filter, action }) => {
  it('is a file of exactly what its filter shows, in its order, on record before it', async () => {
    const shown = schema.parse((await ask('GET', `${path}?filter=${filter}&sort=${sort}`)).json)
    const { rows, headers } = await rowsOf(path, `filter=${filter}&sort=${sort}`)
    expect(rows.map((row) => row['name'])).toEqual(shown.items.map(({ name }) => name))
    expect(rows.length).toBeGreaterThan(1)
    expect(headers['content-disposition']).toMatch(/^attachment; filename="[a-z]+-[\dTZ-]+\.ndjson"$/)
    expect(await newestEvent()).toMatchObject({ action, after: { filter, sort, format: 'ndjson' } })
  })

  it('is a file of what was picked, each once, and takes no more than a thousand', async () => {
    const shown = schema.parse((await ask('GET', `${path}?filter=${filter}`)).json)
    const [first, second] = shown.items.map((each) => ('principalId' in each ? each.principalId : each.id))
    const body = { ids: [second, first, second], format: 'ndjson' }
    const { text, status } = await ask('POST', `${path}/export`, body)
    expect(status).toBe(200)
    const names = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name)
    expect(names).toEqual(shown.items.slice(0, 2).map(({ name }) => name))
    const many = { ids: Array.from({ length: 1_001 }, () => first), format: 'csv' }
    expect((await ask('POST', `${path}/export`, many)).status).toBe(400)
  })

  it('makes no formula of a name (SEC-26)', async () => {
    const { text } = await ask('GET', `${path}/export?format=csv`)
    if (path !== '/user-identities') expect(text).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(text).not.toMatch(/(^|,)"?=/m)
  })

  it('refuses a filter that cannot be read, with its place, and records no export of it', async () => {
    const before = await newestEvent()
    const { json, status } = await ask('GET', `${path}/export?format=csv&filter=nonsense:x`)
    expect([status, Problem.parse(json).faults?.length]).toEqual([400, 1])
    expect(await newestEvent()).toEqual(before)
  })

  it('says how long it is, whole and filtered, on its first page alone', async () => {
    const whole = schema.parse((await ask('GET', `${path}?limit=2&sort=${sort}`)).json)
    expect(whole.count).toMatchObject({ isCapped: false, shown: whole.count?.all })
    const filtered = schema.parse((await ask('GET', `${path}?limit=1&filter=${filter}`)).json)
    expect(filtered.count?.shown).toBeLessThanOrEqual(whole.count?.all ?? 0)
    const next = await ask('GET', `${path}?limit=2&sort=${sort}&cursor=${whole.nextCursor}`)
    expect(schema.parse(next.json).count).toBeNull()
  })

  it('is walked whole by each of its sortings, no row twice', async () => {
    const whole = schema.parse((await ask('GET', `${path}?limit=200`)).json)
    const ids: string[] = []
    let cursor = ''
    do {
      const page = schema.parse((await ask('GET', `${path}?limit=2&sort=${sort}${cursor}`)).json)
      ids.push(...page.items.map((each) => ('principalId' in each ? each.principalId : each.id)))
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    expect(new Set(ids).size).toBe(whole.items.length)
    expect(ids).toHaveLength(whole.items.length)
  })
})

describe('the values that a filter offers', () => {
  it('are those of user-assigned identities', async () => {
    const { json } = await ask('GET', '/user-identities/facets')
    expect(UserIdentityFacets.parse(json)).toEqual({ state: { on: 3 }, group: { default: 3 }, broad: { no: 3 } })
  })

  it('are those of applications', async () => {
    const { json } = await ask('GET', '/applications/facets')
    expect(ApplicationFacets.parse(json)).toEqual({
      ...{ state: { enabled: 3 }, proof: { secret: 1, none: 2 }, expiring: { no: 3 }, broad: { no: 3 } },
    })
  })

  it('are those of audiences', async () => {
    const { json } = await ask('GET', '/audiences/facets')
    expect(AudienceFacets.parse(json)).toMatchObject({
      ...{ enabled: { yes: 11 }, 'built-in': { yes: 8, no: 3 }, 'token-version': { 1: 8, 2: 3 } },
    })
    const withRole = AudienceList.parse((await ask('GET', '/audiences?filter=role:orders.*')).json)
    expect(withRole.items).toHaveLength(3)
  })
})

describe('what an application did', () => {
  it('is a list of its token requests and a histogram of them', async () => {
    const id = applicationIds.get('crm')
    expect((await ask('GET', `/applications/${id}/tokens`)).json).toEqual({ items: [], nextCursor: null })
    const histogram = await ask('GET', `/applications/${id}/tokens/histogram?from=0&to=3600000`)
    expect(histogram.json).toMatchObject({ buckets: expect.any(Array) })
    const other = UserIdentityList.parse((await ask('GET', '/user-identities')).json).items[0]?.principalId
    expect((await ask('GET', `/applications/${other}/tokens`)).status).toBe(404)
  })
})

describe('a saved view', () => {
  it.each(['applications', 'audiences'])('can be one of %s', async (list) => {
    const view = { list, name: 'mine', filter: 'state:enabled', sort: '-name' }
    expect((await ask('POST', '/views', view)).status).toBe(201)
    const { items } = z
      .object({ items: z.array(z.object({ name: z.string() })) })
      .parse((await ask('GET', `/views?list=${list}`)).json)
    expect(items).toMatchObject([{ name: 'mine' }])
  })
})

describe('a job that deletes', () => {
  it('needs a fresh confirmation, as the single act does, and its preview does not (SEC-22)', async () => {
    const made = UserIdentityDetail.parse((await ask('POST', '/user-identities', { name: 'temporary' })).json)
    const orders = AudienceList.parse((await ask('GET', '/audiences?filter=name:orders')).json).items[0]
    expect(Audience.parse(orders).name).toBe('orders')
    const wish = { list: 'identities', kind: 'delete', selection: { ids: [made.principalId] } }
    stand.clock.advance(6 * minuteMs)
    expect(BulkPreview.parse((await ask('POST', '/bulk/preview', wish)).json)).toMatchObject({ change: 1 })
    expect(Problem.parse((await ask('POST', '/bulk', wish)).json).code).toBe('step_up_required')
    const pause = { ...wish, kind: 'pause' }
    expect(Job.parse((await ask('POST', '/bulk', pause)).json)).toMatchObject({ list: 'identities', total: 1 })
    const never = await ask('POST', '/bulk', { ...wish, list: 'audiences', kind: 'pause' })
    expect(Problem.parse(never.json).code).toBe('invalid_request')
  })
})
