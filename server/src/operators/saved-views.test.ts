import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, openStack, type Stack } from '../../test/stack.ts'
import { SavedViews } from './saved-views.ts'

let stack: Stack
let views: SavedViews

beforeEach(async () => {
  stack = await openStack()
  views = new SavedViews(stack)
})

afterEach(() => stack.close())

const as = (id: string) => ({ ...contextOf(), actor: { kind: 'operator' as const, id, label: id } })
const ada = as('ada')
const bob = as('bob')
const view = (name: string, rest: { shared?: boolean; filter?: string; list?: 'instances' | 'audit' } = {}) => ({
  list: 'instances' as const,
  name,
  shared: false,
  filter: 'state:failing',
  sort: '-expires',
  columns: 'name,agent:220',
  time: '',
  ...rest,
})
const namesFor = async (context: typeof ada, list: 'instances' | 'audit' = 'instances') =>
  (await views.visible(context, list)).map((each) => each.name)

describe('a saved view', () => {
  it('keeps filter, sorting, columns and time of one list, by name', async () => {
    await views.save(ada, view('Zeta'))
    await views.save(ada, { ...view('alpha', { list: 'audit' }), time: '7d' })
    await views.save(ada, view('Beta'))
    expect(await namesFor(ada)).toEqual(['Beta', 'Zeta'])
    expect((await views.visible(ada, 'instances'))[1]).toMatchObject({ ...view('Zeta'), own: true })
    expect(await views.visible(ada, 'audit')).toMatchObject([{ name: 'alpha', time: '7d' }])
  })

  it('is seen by its owner alone, unless it is shared', async () => {
    await views.save(ada, view('Mine'))
    await views.save(ada, view('Ours', { shared: true }))
    expect(await namesFor(bob)).toEqual(['Ours'])
    expect((await views.visible(bob, 'instances'))[0]).toMatchObject({ own: false, shared: true })
  })

  it('takes the place of one of the same name and owner, whatever its case, and keeps its ID', async () => {
    const first = await views.save(ada, view('Mine'))
    await views.save(bob, view('Mine'))
    const second = await views.save(ada, { ...view('MINE', { filter: 'kind:vm' }), time: '1h' })
    expect(second).toMatchObject({ id: first.id, name: 'MINE', filter: 'kind:vm', time: '1h' })
    expect(await namesFor(ada)).toEqual(['MINE'])
  })

  it('is deleted by its owner alone', async () => {
    const { id } = await views.save(ada, view('Ours', { shared: true }))
    await expect(views.remove(bob, id)).rejects.toMatchObject({ code: 'not_found' })
    await views.remove(ada, id)
    expect(await namesFor(bob)).toEqual([])
  })

  it('is recorded when it is saved and when it is deleted', async () => {
    const { id } = await views.save(ada, view('Mine'))
    await views.remove(ada, id)
    expect((await auditTrail(stack)).slice(-2)).toEqual(['view.saved', 'view.deleted'])
  })

  it('belongs to a person', async () => {
    await expect(views.save(contextOf('console'), view('Mine'))).rejects.toMatchObject({ code: 'forbidden' })
  })
})
