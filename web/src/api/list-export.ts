import type { ExportFormat } from '@signet/shared/api/paging'
import type { Permission } from '@signet/shared/vocabulary/permissions'
import { useMutation } from '@tanstack/react-query'
import { addressOf, type ReceivedFile } from './client.ts'
import { useRefusal } from './session.ts'
import { saveFile } from './use-export.ts'

type Wanted<S> = { readonly sort: S } & ({ readonly filter: string } | { readonly ids: readonly string[] })

interface ListExport<S> {
  /** What a role needs for it. */
  readonly permission: Permission
  /** Path of the route that answers with all that match a filter. */
  readonly path: string
  /** Asks for the rows with these IDs. */
  readonly named: (wanted: { ids: string[]; sort: S; format: ExportFormat }) => Promise<ReceivedFile>
  readonly onFailed: (error: Error) => void
}

/**
 * Saves rows of a list as a file. All that match a filter may be very many: the browser saves them as they come. Those
 * that are named come whole or not at all.
 */
export function useListExport<S>({ permission, path, named, onFailed }: ListExport<S>) {
  const refusal = useRefusal(permission)
  const saving = useMutation({
    // The file goes to the browser and nowhere else: what this returned would stay in the mutation cache.
    mutationFn: async (wanted: Parameters<typeof named>[0]): Promise<void> => saveFile(await named(wanted)),
    onError: onFailed,
  })
  const save = (wanted: Wanted<S>, format: ExportFormat) => {
    if ('ids' in wanted) return saving.mutate({ sort: wanted.sort, ids: [...wanted.ids], format })
    const link = document.createElement('a')
    link.href = addressOf(path, { query: { filter: wanted.filter, sort: wanted.sort, format } })
    link.download = ''
    link.click()
  }
  return { refusal, isBusy: saving.isPending, save }
}
