import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { setPreferences } from '../../ui/preferences.ts'
import type { RangeSearch } from './audit-range.ts'
import { AuditRangeBar } from './audit-range-bar.tsx'

afterEach(() => localStorage.clear())

/** As on the page: the address has the change a moment later. */
function Example() {
  const [search, setSearch] = useState<RangeSearch>({
    from: '2026-11-24T14:02:11.000Z',
    to: '2026-11-25T14:02:11.000Z',
  })
  return (
    <>
      <AuditRangeBar search={search} onChange={(next) => void Promise.resolve().then(() => setSearch(next))} />
      <p>from {search.from}</p>
    </>
  )
}

test('takes a year that is typed, digit by digit', async () => {
  setPreferences({ zone: 'UTC' })
  const screen = await render(<Example />)
  const field = screen.getByLabelText('From (UTC)')
  const element = field.element() as HTMLInputElement
  element.focus()
  await userEvent.keyboard('{ArrowRight}{ArrowRight}2025')
  await expect.element(screen.getByText('from 2025-11-24T14:02:11.000Z')).toBeVisible()
  await expect.element(field).toHaveValue('2025-11-24T14:02:11')
})
