import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { Sparkline } from './sparkline.tsx'

test('is one picture that says in words what it shows, and needs no style of its own', async () => {
  const screen = await render(<Sparkline label="9 tokens in 3 hours." values={[0, 6, 3]} />)
  await expect.element(screen.getByRole('img', { name: '9 tokens in 3 hours.' })).toBeVisible()
  const line = screen.container.querySelector('polyline')
  expect(line?.getAttribute('points')).toBe('0,1 1,0 2,0.5')
  expect(screen.container.querySelector('[style]')).toBeNull()
})

test.each([[[]], [[0]], [[5]]])('stays whole with few values: %j', async (values) => {
  const screen = await render(<Sparkline label="Few." values={values} />)
  await expect.element(screen.getByRole('img', { name: 'Few.' })).toBeVisible()
  expect(screen.container.innerHTML).not.toContain('NaN')
})
