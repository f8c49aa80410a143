import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { allLines, DialectLines } from './dialect-lines.tsx'

const names = { imds: 'Metadata endpoint (IMDS)', arc: 'Azure Arc endpoint' }
const served = [
  { dialect: 'imds', url: 'http://127.0.0.1:7430', environmentFile: '/a/imds.env' },
  { dialect: 'arc', url: 'http://127.0.0.1:7430/arc', environmentFile: '/a/arc.env' },
] as const

test('shows the line of every dialect, and copies them all with one button', async () => {
  const copy = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const screen = await render(<DialectLines served={served} names={names} />)
  await expect.element(screen.getByText('. "/a/imds.env"')).toBeVisible()
  await expect.element(screen.getByText('. "/a/arc.env"')).toBeVisible()
  await screen.getByRole('button', { name: 'Copy lines of every dialect' }).click()
  expect(copy).toHaveBeenCalledWith(allLines(served, names))
})

test('lets the first take effect where all are pasted, and keeps the others beside it', () => {
  expect(allLines(served, names)).toBe(
    [
      '# Metadata endpoint (IMDS): http://127.0.0.1:7430',
      '. "/a/imds.env"',
      '',
      '# Azure Arc endpoint: http://127.0.0.1:7430/arc',
      '# . "/a/arc.env"',
      '',
    ].join('\n'),
  )
})

test('keeps what an agent says of itself from running anything when it is pasted', () => {
  const hostile = { url: 'http://a\nreboot', environmentFile: '/a\nreboot\n$(reboot)' }
  const lines = allLines(
    [
      { ...served[0], ...hostile },
      { ...served[1], ...hostile },
    ],
    names,
  ).split('\n')
  // The one that takes effect is one word in quotes, over its lines.
  expect(lines.slice(0, 4)).toEqual([
    '# Metadata endpoint (IMDS): http://a⟨U+000A⟩reboot',
    ". '/a",
    'reboot',
    "$(reboot)'",
  ])
  for (const line of lines.slice(5).filter((each) => each !== '')) expect(line).toMatch(/^# /)
})
