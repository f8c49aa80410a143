import type { ExportFormat } from '@signet/shared/api/paging'
import { type InstanceSort, resourcesApi } from '@signet/shared/api/resources'
import { addressOf } from '../../api/client.ts'
import { useRefusal } from '../../api/session.ts'
import { ExportMenu } from '../../ui/export-menu.tsx'

interface InstanceExportProps {
  filter: string
  sort: InstanceSort
  isReadable: boolean
}

/** The list as it is filtered and sorted, as a file. The browser saves it as it comes: it may be very long. */
export function InstanceExport({ filter, sort, isReadable }: InstanceExportProps) {
  const refusal = useRefusal('instances.read') ?? (isReadable ? undefined : 'Mend the filter first.')
  const save = (format: ExportFormat) => {
    const link = document.createElement('a')
    link.href = addressOf(resourcesApi.export.path, { query: { filter, sort, format } })
    link.download = ''
    link.click()
  }
  return <ExportMenu busy={false} disabledReason={refusal} onExport={save} />
}
