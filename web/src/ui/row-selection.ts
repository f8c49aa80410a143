/** Which rows are selected: some, by their IDs, or all that match the filter, loaded or not. */
export type RowSelection =
  | { readonly kind: 'some'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'all'; readonly filter: string }

export const nothingSelected: RowSelection = { kind: 'some', ids: new Set() }

export function isSelected(selection: RowSelection, id: string): boolean {
  return selection.kind === 'all' || selection.ids.has(id)
}

/**
 * Selects or deselects rows. Out of "all that match" one row cannot be taken without naming the others, so what stays is
 * what is loaded (`loaded`) without it.
 */
export function withRows(
  selection: RowSelection,
  ids: readonly string[],
  selected: boolean,
  loaded: () => readonly string[],
): RowSelection {
  if (selection.kind === 'all' && selected) return selection
  const next = new Set(selection.kind === 'all' ? loaded() : selection.ids)
  for (const id of ids) {
    if (selected) next.add(id)
    else next.delete(id)
  }
  return { kind: 'some', ids: next }
}

/** The rows between two places, both included. */
export function idsBetween(from: number, to: number, idAt: (index: number) => string | undefined): string[] {
  const [first, last] = from < to ? [from, to] : [to, from]
  const ids: string[] = []
  for (let index = first; index <= last; index += 1) {
    const id = idAt(index)
    if (id !== undefined) ids.push(id)
  }
  return ids
}
