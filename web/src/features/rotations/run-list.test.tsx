import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { rotationColumns } from './rotation-columns.tsx'
import { RunList } from './run-list.tsx'
import { exampleRun } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

test('keeps the rotations that are shown when they cannot be read again, and says so', async () => {
  await page.viewport(1280, 800)
  let answer = () => Response.json({ items: [exampleRun()], nextCursor: null })
  fakeServer({ 'GET /rotations': () => answer() })
  const list = () => <RunList columns={rotationColumns} search={{}} onSearch={() => undefined} nothing="never" />
  const { screen, client } = await showPage('/rotations/history', list, '/rotations/history')
  await expect.element(screen.getByRole('table').getByText('web-01')).toBeVisible()
  answer = () => problem('internal', 500, 'The disk is on fire.')
  void client.refetchQueries({ queryKey: ['rotations'] })
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
  await expect.element(screen.getByRole('table').getByText('web-01')).toBeVisible()
})
