import { problemOf } from '../../api/api-error.ts'
import { useStepUp } from '../../api/step-up.ts'
import { useExport } from '../../api/use-export.ts'
import { ExportMenu } from '../../ui/export-menu.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { notify } from '../../ui/toaster.tsx'
import { type AuditSearch, exportAudit } from './audit-queries.ts'

/** Saves what filter and time show, once the person has confirmed that it is them (SEC-22). */
export function AuditExport({ search, isReadable }: { search: AuditSearch; isReadable: boolean }) {
  const saving = useExport(
    (format) => exportAudit(search, format),
    (error) => notify('bad', 'The audit log was not exported', problemOf(error).detail),
  )
  const stepUp = useStepUp(saving.again)
  return (
    <>
      <ExportMenu
        busy={saving.isBusy}
        disabledReason={isReadable ? undefined : 'The filter has a fault; correct it first.'}
        onExport={saving.start}
      />
      <StepUpDialog open={saving.isUnconfirmed} stepUp={stepUp} onClose={saving.giveUp} />
    </>
  )
}
