import { afterEach, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { Announcer } from './announcer.tsx'
import { Copyable } from './copyable.tsx'

const id = '7c9e1f02-8a3b-4c42-9c52-0d2b7f6f4a11'

afterEach(() => {
  vi.restoreAllMocks()
})

test('shows a short form and copies the whole value, and says so once', async () => {
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const screen = await render(
    <>
      <Copyable value={id} label="principal ID" short={8} />
      <Announcer />
    </>,
  )
  await expect.element(screen.getByText('7c9e1f02…')).toHaveAttribute('title', id)
  await screen.getByRole('button', { name: 'Copy principal ID' }).click()
  expect(write).toHaveBeenCalledWith(id)
  await expect.element(screen.getByText('principal ID copied')).toBeInTheDocument()
})

test('does not claim to have copied what the browser refused', async () => {
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no', 'NotAllowedError'))
  const screen = await render(
    <>
      <Copyable value={id} label="client ID" />
      <Announcer />
    </>,
  )
  await screen.getByRole('button', { name: 'Copy client ID' }).click()
  await expect.element(screen.getByText('Copying was refused by the browser')).toBeInTheDocument()
})
