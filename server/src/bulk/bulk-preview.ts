import { setImmediate } from 'node:timers/promises'
import type { BulkList, BulkPreview, BulkSelection, BulkWish, PreviewItem } from '@signet/shared/api/bulk'
import { kindFacts } from './bulk-kinds.ts'
import type { BulkThings } from './bulk-things.ts'

const portion = 1_000
const examplesOfEach = 50

/** A dry run: judges every thing of a selection by the rules that the job will go by, in portions. */
export class BulkPreviewer {
  readonly #things: Readonly<Record<BulkList, BulkThings>>

  constructor(things: Readonly<Record<BulkList, BulkThings>>) {
    this.#things = things
  }

  async preview(wish: BulkWish): Promise<BulkPreview> {
    const counts = { change: 0, already: 0, refused: 0 }
    const examples: Record<keyof typeof counts | 'risky', PreviewItem[]> = {
      risky: [],
      change: [],
      already: [],
      refused: [],
    }
    let risky = 0
    let restorable = 0
    for await (const ids of this.#portions(wish)) {
      for (const { isRestorable, ...item } of await this.#judge(wish, ids)) {
        counts[item.verdict] += 1
        if (isRestorable) restorable += 1
        if (item.risky) risky += 1
        const shown = examples[item.risky ? 'risky' : item.verdict]
        if (shown.length < examplesOfEach) shown.push(item)
      }
      await setImmediate()
    }
    return {
      total: counts.change + counts.already + counts.refused,
      ...counts,
      risky,
      restorable,
      examples: [...examples.risky, ...examples.refused, ...examples.change, ...examples.already],
    }
  }

  async *#portions({
    list,
    selection,
  }: {
    list: BulkList
    selection: BulkSelection
  }): AsyncGenerator<readonly string[]> {
    if (selection.ids) {
      yield [...new Set(selection.ids)]
      return
    }
    let after: string | undefined
    do {
      const { ids, next } = await this.#things[list].select(selection.q ?? '', { after, limit: portion })
      yield ids
      after = next ?? undefined
    } while (after !== undefined)
  }

  async #judge(
    { list, kind, tags, identity }: BulkWish,
    ids: readonly string[],
  ): Promise<(PreviewItem & { isRestorable: boolean })[]> {
    const judged = await this.#things[list].judge({ kind, tags: tags ?? null, identity: identity ?? null }, ids)
    const { stopsUse } = kindFacts(list, kind)
    return ids.map((id) => {
      const own = judged.get(id)
      const verdict = own?.verdict ?? { kind: 'refused' as const, reason: 'It is gone.' }
      return {
        id,
        name: own?.name ?? null,
        verdict: verdict.kind,
        risky: stopsUse === true && verdict.kind === 'change' && own?.isUsed === true,
        reason: verdict.kind === 'refused' ? verdict.reason : null,
        isRestorable: own?.isRestorable === true,
      }
    })
  }
}
