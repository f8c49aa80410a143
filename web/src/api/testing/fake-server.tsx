import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { vi } from 'vitest'

/** One request as the page sent it. */
export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly headers: Headers
}

/** Answers of a server, by `METHOD /path` below `/api`; anything else is answered as not signed in. */
export function fakeServer(answers: Record<string, (request: SentRequest) => Response | Promise<Response>>) {
  const sent: SentRequest[] = []
  vi.spyOn(window, 'fetch').mockImplementation(async (input, init) => {
    const path = String(input).replace(/^\/api/, '')
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
    const request = { method: init?.method ?? 'GET', path, body, headers: new Headers(init?.headers) }
    sent.push(request)
    const answer = answers[`${request.method} ${path.split('?')[0]}`]
    return answer ? answer(request) : problem('unauthenticated', 401)
  })
  return sent
}

export function problem(code: string, status: number, detail = 'No.'): Response {
  return Response.json({ type: 'about:blank', title: code, status, detail, code, requestId: 'r-1' }, { status })
}

/** Queries of its own for every test, which do not try again. */
export function WithQueries({ children }: { children: ReactNode }) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>
}
