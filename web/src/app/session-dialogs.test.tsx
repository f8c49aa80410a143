import type { Session } from '@signet/shared/api/operators'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { sessionOptions } from '../api/session.ts'
import { IdleWarning, SessionExpiredDialog } from './session-dialogs.tsx'

const minute = 60_000

function sessionThat(ends: { idleIn: number; absoluteIn?: number }): Session {
  const now = Date.now()
  return {
    operator: { id: '01890000-0000-7000-8000-000000000001', displayName: 'Ada', role: 'admin' },
    permissions: [],
    csrfToken: 'x',
    idleExpiresAt: now + ends.idleIn,
    absoluteExpiresAt: now + (ends.absoluteIn ?? 600 * minute),
    stepUpUntil: null,
  } as unknown as Session
}

/** What the server answers, one after the other; the last one for ever. */
function answers(...bodies: { status?: number; body: unknown }[]) {
  const left = [...bodies]
  return vi.spyOn(window, 'fetch').mockImplementation(async () => {
    const next = left.length > 1 ? left.shift() : left[0]
    return new Response(JSON.stringify(next?.body), { status: next?.status ?? 200 })
  })
}

function Warned() {
  const { data } = useQuery(sessionOptions)
  return data ? <IdleWarning session={data} /> : null
}

function withClient(children: React.ReactNode, session: Session, client = new QueryClient()) {
  client.setQueryData(sessionOptions.queryKey, session)
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the warning before an idle sign-in ends (WCAG 2.2.1)', () => {
  test('comes in the last two minutes, and staying asks the server for more time', async () => {
    const near = sessionThat({ idleIn: 1.5 * minute })
    const fetched = answers({ body: near }, { body: sessionThat({ idleIn: 30 * minute }) })
    const screen = await render(withClient(<Warned />, near))
    await expect.element(screen.getByRole('dialog', { name: /^Your sign-in ends in 1 min/ })).toBeVisible()
    await screen.getByRole('button', { name: 'Stay signed in' }).click()
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
    expect(fetched).toHaveBeenCalledTimes(2)
  })

  test('does not come when the server knows of later requests', async () => {
    const later = sessionThat({ idleIn: 30 * minute })
    answers({ body: later })
    const client = new QueryClient()
    const screen = await render(withClient(<Warned />, sessionThat({ idleIn: minute }), client))
    await expect.poll(() => client.getQueryData(sessionOptions.queryKey)?.idleExpiresAt).toBe(later.idleExpiresAt)
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
  })

  test('does not come earlier', async () => {
    const fetched = answers({ body: null })
    const screen = await render(withClient(<Warned />, sessionThat({ idleIn: 5 * minute })))
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
    expect(fetched).not.toHaveBeenCalled()
  })

  test('offers no more time at the end that no activity moves', async () => {
    const last = sessionThat({ idleIn: 20 * minute, absoluteIn: minute })
    answers({ body: last })
    const screen = await render(withClient(<Warned />, last))
    await expect.element(screen.getByRole('dialog', { name: /^Your sign-in ends in/ })).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Stay signed in' })).not.toBeInTheDocument()
  })
})

describe('a sign-in that has ended', () => {
  const last = sessionThat({ idleIn: 0 })

  test('says so for a wrong code and takes the next', async () => {
    const refusal = { type: 'x', title: 'x', status: 401, detail: 'x', code: 'code_refused', requestId: 'r' }
    const fetched = answers({ status: 401, body: refusal }, { status: 201, body: sessionThat({ idleIn: 30 * minute }) })
    const screen = await render(withClient(<SessionExpiredDialog last={last} />, last))
    const field = screen.getByLabelText('One-time code')
    await field.fill('not-the-right-code')
    await screen.getByRole('button', { name: 'Sign in' }).click()
    await expect.element(screen.getByText('The code is wrong, already used or expired.')).toBeVisible()
    await field.fill('the-right-code-now')
    await screen.getByRole('button', { name: 'Sign in' }).click()
    await expect.poll(() => fetched).toHaveBeenCalledTimes(2)
    const [, init] = fetched.mock.calls[1] ?? []
    expect(init?.body).toBe(JSON.stringify({ code: 'the-right-code-now' }))
  })
})
