import type { ExportFormat } from '@signet/shared/api/paging'
import { useMutation } from '@tanstack/react-query'
import { hasCode } from './api-error.ts'
import type { ReceivedFile } from './client.ts'

/** Fetches a file and hands it to the browser to save; `isUnconfirmed` when a fresh confirmation is asked for first. */
export function useExport(read: (format: ExportFormat) => Promise<ReceivedFile>, onFailed: (error: Error) => void) {
  const saving = useMutation({
    // The file goes to the browser and nowhere else: what this returned would stay in the mutation cache.
    mutationFn: async (format: ExportFormat): Promise<void> => saveFile(await read(format)),
    onError: (error) => {
      if (!hasCode(error, 'step_up_required')) onFailed(error)
    },
  })
  return {
    start: (format: ExportFormat) => saving.mutate(format),
    isBusy: saving.isPending,
    isUnconfirmed: hasCode(saving.error, 'step_up_required'),
    again: () => saving.variables !== undefined && saving.mutate(saving.variables),
    giveUp: () => saving.reset(),
  }
}

/** How long the browser may take to begin with the saving. */
const beginMs = 60_000

/** Hands a file to the browser to save. */
export function saveFile({ fileName, content }: ReceivedFile): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), beginMs)
}
