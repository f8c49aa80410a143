import { ExportMenu } from './export-menu.tsx'

/** Which rows are saved, in which order: all that match a filter, or those that are named. */
export type ExportedRows<S extends string> = { readonly sort: S } & (
  | { readonly filter: string }
  | { readonly ids: readonly string[] }
)

/** What saves rows of a list as a file. */
export interface ListExporter<S extends string> {
  /** Why nothing may be exported. */
  readonly refusal: string | undefined
  /** Rows that were named are on their way. */
  readonly isBusy: boolean
  readonly save: (rows: ExportedRows<S>, format: 'csv' | 'ndjson') => void
}

interface ListExportMenuProps<S extends string> {
  exporter: ListExporter<S>
  wanted: ExportedRows<S>
  isReadable?: boolean
  /** Why just these cannot be exported. */
  refusal?: string | undefined
  small?: boolean
}

/** The list as it is filtered and sorted, or what is selected of it, as a file. */
export function ListExportMenu<S extends string>(props: ListExportMenuProps<S>) {
  const { exporter, wanted, isReadable = true, refusal, small = false } = props
  const reason = exporter.refusal ?? refusal ?? (isReadable ? undefined : 'Mend the filter first.')
  return (
    <ExportMenu
      small={small}
      busy={exporter.isBusy && 'ids' in wanted}
      disabledReason={reason}
      onExport={(format) => exporter.save(wanted, format)}
    />
  )
}
