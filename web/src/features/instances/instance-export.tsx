import type { ExportFormat } from '@signet/shared/api/paging'
import { type InstanceSort, resourcesApi } from '@signet/shared/api/resources'
import { problemOf } from '../../api/api-error.ts'
import { addressOf, download } from '../../api/client.ts'
import { useRefusal } from '../../api/session.ts'
import { useExport } from '../../api/use-export.ts'
import { ExportMenu } from '../../ui/export-menu.tsx'
import type { RowSelection } from '../../ui/row-selection.ts'
import { notify } from '../../ui/toaster.tsx'
import { type NamedSelection, namedIn, tooManyNamed } from './named-instances.ts'

const exportSelected = download(resourcesApi.exportSelected)

interface InstanceExportProps {
  filter: string
  sort: InstanceSort
  isReadable: boolean
  small?: boolean
}

interface SelectionExportProps {
  selection: RowSelection
  sort: InstanceSort
}

/** The selected rows as a file, in the order of the list: all that match a filter by their filter, others by their IDs. */
export function SelectionExport({ selection, sort }: SelectionExportProps) {
  return selection.kind === 'all' ? (
    <InstanceExport small filter={selection.filter} sort={sort} isReadable />
  ) : (
    <NamedExport selection={selection} sort={sort} />
  )
}

function NamedExport({ selection, sort }: { selection: NamedSelection; sort: InstanceSort }) {
  const refusal = useRefusal('instances.read') ?? tooManyNamed(selection)
  const saving = useExport(
    (format) => exportSelected({ body: { ids: namedIn(selection), sort, format } }),
    (error) => notify('bad', 'The selection was not exported', problemOf(error).detail),
  )
  return <ExportMenu small busy={saving.isBusy} disabledReason={refusal} onExport={saving.start} />
}

/** The list as it is filtered and sorted, as a file. The browser saves it as it comes: it may be very long. */
export function InstanceExport({ filter, sort, isReadable, small = false }: InstanceExportProps) {
  const refusal = useRefusal('instances.read') ?? (isReadable ? undefined : 'Mend the filter first.')
  const save = (format: ExportFormat) => {
    const link = document.createElement('a')
    link.href = addressOf(resourcesApi.export.path, { query: { filter, sort, format } })
    link.download = ''
    link.click()
  }
  return <ExportMenu small={small} busy={false} disabledReason={refusal} onExport={save} />
}
