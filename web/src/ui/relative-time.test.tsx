import { afterEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { preferences, setPreferences } from './preferences.ts'
import { RelativeTime } from './relative-time.tsx'

const original = preferences()
const at = Date.UTC(2020, 0, 1, 12)

afterEach(() => setPreferences(original))

test('shows the exact time with its zone on focus and on hover, and Escape takes it away', async () => {
  setPreferences({ zone: 'UTC' })
  const screen = await render(
    <>
      <RelativeTime at={at} />
      <p>elsewhere</p>
    </>,
  )
  // Where the pointer was left by another test it may be over the time already.
  await userEvent.hover(screen.getByText('elsewhere'))
  const exact = screen.getByText('2020-01-01 12:00:00 UTC')
  await expect.element(exact).not.toBeInTheDocument()
  await userEvent.tab()
  await expect.element(exact).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(exact).not.toBeInTheDocument()
  await userEvent.hover(screen.getByRole('time'))
  await expect.element(exact).toBeVisible()
  await userEvent.unhover(screen.getByRole('time'))
  await expect.element(exact).not.toBeInTheDocument()
})

test('follows the chosen zone and the wish for exact times at once', async () => {
  setPreferences({ zone: 'UTC' })
  const screen = await render(<RelativeTime at={at} />)
  const time = screen.getByRole('time')
  expect(time.element().textContent).toMatch(/^\d+ d ago$/)
  await expect.element(time).toHaveAttribute('datetime', '2020-01-01T12:00:00.000Z')
  setPreferences({ times: 'absolute' })
  await expect.element(screen.getByText('2020-01-01 12:00:00')).toBeVisible()
  setPreferences({ zone: 'Asia/Tokyo' })
  await expect.element(screen.getByText('2020-01-01 21:00:00')).toBeVisible()
})

test('stays a distance beside an exact time, whatever is wished for', async () => {
  setPreferences({ zone: 'UTC', times: 'absolute' })
  const screen = await render(<RelativeTime at={at} besideExact />)
  expect(screen.getByRole('time').element().textContent).toMatch(/^\d+ d ago$/)
})

test('is no tab stop inside of a table, where a row is one', async () => {
  const screen = await render(
    <table>
      <tbody>
        <tr>
          <td>
            <RelativeTime at={at} />
          </td>
        </tr>
      </tbody>
    </table>,
  )
  await expect.element(screen.getByRole('time')).toHaveAttribute('tabindex', '-1')
})
