import { route } from '@signet/shared/api/contract'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ApiError } from './api-error.ts'
import { addressOf, call, rememberCsrfToken } from './client.ts'
import { shouldRetry } from './query-client.ts'

const read = route({
  method: 'GET',
  path: '/things/:thingId',
  summary: '',
  access: 'instances.read',
  params: z.object({ thingId: z.string() }),
  query: z.object({ q: z.string().optional(), limit: z.coerce.number().optional() }),
  response: z.object({ name: z.string() }),
})
const change = route({
  method: 'PUT',
  path: '/things',
  summary: '',
  access: 'instances.write',
  body: z.object({ name: z.string() }),
  status: 204,
})

function answer(body: unknown, status = 200) {
  const response = new Response(status === 204 ? null : JSON.stringify(body), { status })
  return vi.spyOn(window, 'fetch').mockResolvedValue(response)
}

afterEach(() => {
  vi.restoreAllMocks()
  rememberCsrfToken(undefined)
})

describe('call', () => {
  test('escapes path parameters and leaves out what is not given', () => {
    const input = { params: { thingId: 'a/../b?c' }, query: { q: 'x&y', limit: undefined, cursor: '' } }
    expect(addressOf('/things/:thingId', input)).toBe('/api/things/a%2F..%2Fb%3Fc?q=x%26y')
  })

  test('sends the anti-forgery token with changes and never with reads', async () => {
    rememberCsrfToken('csrf-1')
    const fetched = answer({ name: 'a' })
    await call(read)({ params: { thingId: '1' }, query: {} })
    fetched.mockResolvedValue(new Response(null, { status: 204 }))
    await call(change)({ body: { name: 'b' } })
    const headers = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('x-signet-csrf'))
    expect(headers).toEqual([null, 'csrf-1'])
  })

  test('reads the anti-forgery token again when another tab has renewed the session', async () => {
    rememberCsrfToken('old')
    const session = {
      operator: { id: '01890000-0000-7000-8000-000000000001', displayName: 'A', role: 'admin' },
      permissions: [],
      csrfToken: 'new',
      idleExpiresAt: 1,
      absoluteExpiresAt: 1,
      stepUpUntil: null,
    }
    const refusal = {
      type: 'about:blank',
      title: '',
      status: 403,
      detail: '',
      code: 'cross_site_request',
      requestId: 'r',
    }
    const fetched = vi
      .spyOn(window, 'fetch')
      .mockResolvedValueOnce(Response.json(refusal, { status: 403 }))
      .mockResolvedValueOnce(Response.json(session))
      .mockResolvedValueOnce(new Response(null, { status: 204 }))
    await call(change)({ body: { name: 'b' } })
    expect(fetched).toHaveBeenCalledTimes(3)
    expect(new Headers(fetched.mock.calls[2]?.[1]?.headers).get('x-signet-csrf')).toBe('new')
  })

  test('sends a write again under the same key when its answer was lost (SEC-150)', async () => {
    const fetched = vi
      .spyOn(window, 'fetch')
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockResolvedValueOnce(new Response(null, { status: 204 }))
      .mockResolvedValueOnce(new Response(null, { status: 204 }))
    await call(change)({ body: { name: 'b' } })
    await call(change)({ body: { name: 'b' } })
    const keys = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('idempotency-key'))
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  test('names the version it has seen', async () => {
    const fetched = answer(undefined, 204)
    await call(route({ ...change, ifMatch: true }))({ body: { name: 'b' }, ifMatch: 7 })
    expect(new Headers(fetched.mock.calls[0]?.[1]?.headers).get('if-match')).toBe('"7"')
  })

  test('turns a problem document into an error that names the missing permission', async () => {
    answer(
      { type: 'about:blank', title: 'No', status: 403, detail: 'Not you.', code: 'forbidden', requestId: 'r-1' },
      403,
    )
    await expect(call(change)({ body: { name: 'b' } })).rejects.toMatchObject({
      code: 'forbidden',
      detail: 'Not you.',
      requestId: 'r-1',
      missingPermission: 'instances.write',
    })
  })

  test('calls a broken connection unavailable', async () => {
    vi.spyOn(window, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
    await expect(call(change)({ body: { name: 'b' } })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('refuses an answer that is not as agreed', async () => {
    answer({ name: 7 })
    await expect(call(read)({ params: { thingId: '1' }, query: {} })).rejects.toMatchObject({ code: 'internal' })
  })
})

test('retries twice what can heal by itself and never a refusal', () => {
  const passing = new ApiError({ code: 'unavailable', detail: '' })
  expect([0, 1, 2].map((failures) => shouldRetry(failures, passing))).toEqual([true, true, false])
  expect(shouldRetry(0, new ApiError({ code: 'forbidden', detail: '' }))).toBe(false)
})
