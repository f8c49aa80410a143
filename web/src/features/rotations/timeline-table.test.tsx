import { RotationLane } from '@signet/shared/api/rotation'
import { expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { exampleAt, exampleCredential, exampleOld } from './testing/examples.ts'
import { TimelineTable } from './timeline-table.tsx'

const id = '01890000-0000-7000-8000-000000000009'
const lane = RotationLane.parse({
  ...{ slotId: id, principalId: id, principalName: 'web-01', instance: null },
  credentials: [exampleOld, exampleCredential],
  ...{ nextRotationAt: exampleAt, isOverdue: false, failures: 0, openRun: null, policy: 'Default' },
})

test('the timeline stands below as a table when somebody asks for it, the newest certificate first', async () => {
  await page.viewport(1280, 800)
  const onShown = vi.fn()
  const screen = await render(<TimelineTable lanes={[lane]} shown={false} onShown={onShown} />)
  await screen.getByLabelText('Show as table').click()
  expect(onShown).toHaveBeenCalledWith(true)
  await screen.rerender(<TimelineTable lanes={[lane]} shown onShown={onShown} />)
  const shown = () =>
    [...document.querySelectorAll('tbody tr')].map(({ textContent }) => /(?:CD|AB){4}/.exec(textContent ?? '')?.[0])
  await expect.poll(shown).toEqual(['CDCDCDCD', 'ABABABAB'])
})
