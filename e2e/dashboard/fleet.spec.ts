import { askAllTheWhile, Fleet, type Member } from '../fleet.ts'
import { Stack } from '../stack.ts'
import { expect, test } from './fixtures.ts'

const count = 200
const names = Array.from({ length: count }, (_, index) => `node-${String(index + 1).padStart(3, '0')}`)
const audiences = Array.from({ length: 60 }, (_, index) => `api://fleet-${index + 1}`)

let stack: Stack
let fleet: Fleet

test.beforeAll(async () => {
  test.setTimeout(300_000)
  stack = await Stack.open()
  await stack.start()
  fleet = await Fleet.join(
    stack,
    names.map((name): Member => ({ name, tags: { fleet: 'yes' } })),
  )
  await stack.admin('POST', '/bulk', { list: 'instances', kind: 'turn-on', selection: { q: 'tag:fleet=yes' } })
  for (const uri of audiences) await stack.admin('POST', '/audiences', { uri, name: uri.slice(6) })
  const on = async () => {
    const { items } = await stack.admin<{ items: unknown[] }>('GET', '/instances?limit=200&filter=state:on')
    return items.length
  }
  await expect.poll(on, { timeout: 180_000 }).toBe(count)
})
test.afterAll(async () => {
  await fleet?.close()
  await stack.close()
})

test('fleet', async () => {
  const end = await askAllTheWhile(fleet, audiences, 3_000)
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  console.log(await end())
})
