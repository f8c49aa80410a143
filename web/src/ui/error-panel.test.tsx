import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { ErrorPanel } from './error-panel.tsx'

test.each(['0e02b2c3-58cc-4372-a567-f47ac10bd479', 'by a proxy, "1"'])(
  'leads to what the audit log holds of the request %s, whenever it was',
  async (requestId) => {
    const screen = await render(<ErrorPanel problem={{ title: 'It failed', detail: 'No.', requestId }} />)
    const link = screen.getByRole('link', { name: 'Find in audit' }).element() as HTMLAnchorElement
    const { pathname, searchParams } = new URL(link.href)
    expect([pathname, searchParams.get('range')]).toEqual(['/audit', 'all'])
    const { faults, terms } = parseQuery(searchParams.get('filter') ?? '', auditFields)
    expect(faults).toEqual([])
    expect(terms).toEqual([
      { kind: 'field', field: 'correlation', operator: 'is', values: [requestId], negated: false },
    ])
  },
)

test('says nothing of a sign-in that has ended, since the dialog over the page does', async () => {
  const screen = await render(<ErrorPanel problem={{ title: 'Sign in', detail: 'Nobody is.', isSignedOut: true }} />)
  expect(screen.container.textContent).toBe('')
})
