import { setImmediate } from 'node:timers/promises'
import type { BulkKind, BulkPreview, BulkSelection, BulkWish, PreviewItem } from '@signet/shared/api/bulk'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { InstanceList, ResourceManager, TokenUsage } from '../resources/index.ts'
import { bulkVerdict, type ItemFacts, stopsUse } from './bulk-kinds.ts'

const portion = 1_000
const examplesOfEach = 50

export interface PreviewParts {
  readonly resources: ResourceManager
  readonly list: Pick<InstanceList, 'select'>
  readonly registry: PrincipalRegistry
  readonly usage: Pick<TokenUsage, 'lastUse'>
  readonly clock: Clock
}

/** A dry run: judges every instance of a selection by the rules that the job will go by, in portions. */
export class BulkPreviewer {
  readonly #parts: PreviewParts

  constructor(parts: PreviewParts) {
    this.#parts = parts
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
    for await (const ids of this.#portions(wish.selection)) {
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

  async *#portions(selection: BulkSelection): AsyncGenerator<readonly InstanceId[]> {
    if (selection.ids) {
      yield [...new Set(selection.ids)]
      return
    }
    let after: string | undefined
    do {
      const { ids, next } = await this.#parts.list.select(selection.q ?? '', { after, limit: portion })
      yield ids
      after = next ?? undefined
    } while (after !== undefined)
  }

  async #judge(
    { kind, tags }: BulkWish,
    ids: readonly InstanceId[],
  ): Promise<(PreviewItem & { isRestorable: boolean })[]> {
    const now = this.#parts.clock.now()
    const facts = await factsOf(this.#parts, kind, ids)
    const used = this.#lastUses(kind, [...facts.values()])
    return ids.map((id) => {
      const own = facts.get(id) ?? nothing
      const verdict = bulkVerdict(kind, own, { tags: tags ?? null }, now)
      const usedAt = own.principal ? used.get(own.principal.objectId)?.at : undefined
      return {
        id,
        name: own.instance?.name ?? null,
        verdict: verdict.kind,
        risky: verdict.kind === 'change' && usedAt !== undefined && now - usedAt < dayMs,
        reason: verdict.kind === 'refused' ? verdict.reason : null,
        isRestorable: kind === 'turn-on' && bulkVerdict('restore', own, { tags: null }, now).kind === 'change',
      }
    })
  }

  #lastUses(kind: BulkKind, facts: readonly ItemFacts[]): ReturnType<TokenUsage['lastUse']> {
    if (!stopsUse.has(kind)) return new Map()
    return this.#parts.usage.lastUse(facts.flatMap(({ principal }) => (principal ? [principal.objectId] : [])))
  }
}

const nothing: ItemFacts = { instance: undefined, principal: undefined, tags: {} }

/** What decides about each of these instances; those that are gone are left out. */
async function factsOf(
  parts: Pick<PreviewParts, 'resources' | 'registry'>,
  kind: BulkKind,
  ids: readonly InstanceId[],
): Promise<ReadonlyMap<string, ItemFacts>> {
  const instances = await parts.resources.findAll(ids)
  const principalIds = instances.flatMap(({ principalId }) => (principalId ? [principalId] : []))
  const principals = new Map(
    (kind === 'tag' ? [] : await parts.registry.findAll(principalIds)).map((found) => [found.objectId, found]),
  )
  const tags = kind === 'tag' ? await parts.resources.tagsOf(ids) : undefined
  return new Map(
    instances.map((instance) => {
      const principal = instance.principalId ? principals.get(instance.principalId) : undefined
      return [instance.id, { instance, principal, tags: tags?.get(instance.id) ?? {} }]
    }),
  )
}
