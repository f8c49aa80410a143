import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Kbd } from './kbd.tsx'

test('a hint is left out where there is hardly a keyboard, and keys that are the matter are not', async () => {
  await page.viewport(390, 800)
  const screen = await render(
    <>
      <Kbd keys="x" hint />
      <Kbd keys="y" />
    </>,
  )
  await expect.element(screen.getByText('x')).not.toBeVisible()
  await expect.element(screen.getByText('y')).toBeVisible()
  await page.viewport(1000, 800)
  await expect.element(screen.getByText('x')).toBeVisible()
})
