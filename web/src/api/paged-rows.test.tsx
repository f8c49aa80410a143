import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { usePagedRows } from './paged-rows.ts'

interface Row {
  id: number
}

/** A server with a sorted list; a cursor is the last row of the page before. */
class FakeList {
  ids: number[]
  readonly asked: (string | undefined)[] = []

  constructor(ids: number[]) {
    this.ids = ids
  }

  readonly read = async (cursor: string | undefined) => {
    this.asked.push(cursor)
    const rest = this.ids.filter((id) => cursor === undefined || id > Number(cursor))
    const items: Row[] = rest.slice(0, 10).map((id) => ({ id }))
    return { items, nextCursor: rest.length > 10 ? String(items.at(-1)?.id) : null, total: this.ids.length }
  }
}

function Ids({ list, question, last }: { list: FakeList; question: string; last: number }) {
  const { rows, first } = usePagedRows({ queryKey: ['list', question], read: list.read, pageSize: 10 })
  const { show } = rows
  useEffect(() => show(Math.max(0, last - 5), last), [show, last])
  const ids = Array.from({ length: rows.count }, (_, index) => rows.rowAt(index)?.id ?? '?')
  return (
    <>
      <output>{ids.join(' ')}</output>
      <p>{rows.isPending ? 'pending' : `${rows.count}${rows.hasMore ? '+' : ''} of ${first?.total}`}</p>
    </>
  )
}

async function open(list: FakeList) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const view = (question: string, last: number) => (
    <QueryClientProvider client={client}>
      <Ids list={list} question={question} last={last} />
    </QueryClientProvider>
  )
  const screen = await render(view('a', 0))
  const shown = () => screen.container.querySelector('output')?.textContent?.split(' ').map(Number) ?? []
  return { client, screen, shown, show: (question: string, last: number) => screen.rerender(view(question, last)) }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index * 10)

test('reads the next page before its rows are in sight, and knows the end', async () => {
  const { screen, shown, show } = await open(new FakeList(upTo(35)))
  await expect.poll(shown).toEqual(upTo(20))
  await expect.element(screen.getByText('20+ of 35')).toBeInTheDocument()
  await show('a', 19)
  await expect.poll(shown).toEqual(upTo(30))
  await show('a', 29)
  await expect.poll(shown).toEqual(upTo(35))
  await expect.element(screen.getByText('35 of 35')).toBeInTheDocument()
})

test('neither skips nor repeats a row when others come in between', async () => {
  const list = new FakeList(upTo(60))
  const { client, shown, show } = await open(list)
  for (const last of [9, 19, 29]) {
    await show('a', last)
    await expect.poll(() => shown().length).toBeGreaterThanOrEqual(last + 1)
  }
  list.ids = [...list.ids, 255, 256, 171].sort((a, b) => a - b)
  await client.invalidateQueries()
  await expect.poll(shown).toContain(256)
  const behind = () => shown().filter((id) => id >= 200)
  const whole = () => list.ids.filter((id) => id >= 200 && id <= (shown().at(-1) ?? 0))
  await expect.poll(() => behind().length > 3 && String(behind()) === String(whole())).toBe(true)
  expect(new Set(shown()).size).toBe(shown().length)
})

test('reads what is near the screen again, not what was scrolled past', async () => {
  const list = new FakeList(upTo(200))
  const { client, shown, show } = await open(list)
  for (let last = 9; last < 100; last += 10) {
    await show('a', last)
    await expect.poll(() => shown().length).toBeGreaterThanOrEqual(last + 1)
  }
  list.asked.length = 0
  await client.invalidateQueries()
  await expect.poll(() => list.asked.length > 0 && client.isFetching() === 0).toBe(true)
  expect(list.asked.length).toBeLessThanOrEqual(4)
})

test('keeps the old rows until a new question is answered', async () => {
  const list = new FakeList(upTo(15))
  const { screen, shown, show } = await open(list)
  await expect.poll(shown).toEqual(upTo(15))
  const gate = Promise.withResolvers<void>()
  const slow = new FakeList([1, 2])
  const read = slow.read
  Object.assign(list, { read: async (cursor: string | undefined) => gate.promise.then(() => read(cursor)) })
  await show('b', 0)
  expect(shown()).toEqual(upTo(15))
  expect(screen.getByText('pending').query()).toBeNull()
  gate.resolve()
  await expect.poll(shown).toEqual([1, 2])
})
