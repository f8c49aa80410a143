import { type Command, useRegisterCommands } from './commands.ts'
import type { DataTableProps } from './data-table-parts.ts'

const group = 'In a list'

/** Puts the keys that the rows of a table take on the shortcut sheet; a row acts on them while it has the focus. */
export function useKeysOnSheet<T>(props: DataTableProps<T>): void {
  const key = (keys: string, label: string): Command => ({ id: `row ${keys}`, label, group, keys })
  useRegisterCommands([
    key('j', 'Next row'),
    key('k', 'Previous row'),
    ...(props.onOpen === undefined ? [] : [key('Enter', 'Open the row')]),
    ...(props.onPeek === undefined ? [] : [key('Space', 'Show or hide what is in the row')]),
    ...(props.onSelection === undefined
      ? []
      : [key('x', 'Select the row'), key('Shift+x', 'Select all up to the row'), key('Mod+a', 'Select all loaded')]),
    ...(props.rowMenu === undefined ? [] : [key('.', 'Actions of the row')]),
  ])
}
