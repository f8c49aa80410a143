import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { useLater } from './later.ts'

interface Words {
  readonly greeting: string
}

function Page({ load, name }: { load: () => Promise<Words>; name: string }) {
  const words = useLater(load)
  return <p>{words === undefined ? 'nothing yet' : `${words.greeting}, ${name}`}</p>
}

test('is there once it was fetched, and undefined before', async () => {
  const { promise, resolve } = Promise.withResolvers<Words>()
  const screen = await render(<Page load={() => promise} name="Ada" />)
  await expect.element(screen.getByText('nothing yet')).toBeVisible()
  resolve({ greeting: 'Hello' })
  await expect.element(screen.getByText('Hello, Ada')).toBeVisible()
})

test('breaks nothing when it could not be fetched, and is tried again with the next render', async () => {
  let tries = 0
  const load = () => {
    tries += 1
    return tries === 1 ? Promise.reject(new Error('offline')) : Promise.resolve({ greeting: 'Hello' })
  }
  const screen = await render(<Page load={load} name="Ada" />)
  await expect.element(screen.getByText('nothing yet')).toBeVisible()
  await screen.rerender(<Page load={load} name="Grace" />)
  await expect.element(screen.getByText('Hello, Grace')).toBeVisible()
  expect(tries).toBe(2)
})
