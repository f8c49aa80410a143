import { type ExportFormat, type InstanceSort, resourcesApi } from '@signet/shared/api/resources'
import { Download } from 'lucide-react'
import { addressOf } from '../../api/client.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuText } from '../../ui/menu.tsx'

interface ExportMenuProps {
  filter: string
  sort: InstanceSort
  isReadable: boolean
}

/** The list as it is filtered and sorted, as a file. */
export function ExportMenu({ filter, sort, isReadable }: ExportMenuProps) {
  const refusal = useRefusal('instances.read') ?? (isReadable ? undefined : 'Mend the filter first.')
  const save = (format: ExportFormat) => {
    const link = document.createElement('a')
    link.href = addressOf(resourcesApi.export.path, { query: { filter, sort, format } })
    link.download = ''
    link.click()
  }
  const button = (
    <Button icon={<Download size={14} aria-hidden />} disabledReason={refusal}>
      Export
    </Button>
  )
  if (refusal !== undefined) return button
  return (
    <Menu trigger={button}>
      <MenuText>{filter === '' ? 'All instances' : 'What matches the filter'}, times in UTC. It is audited.</MenuText>
      <MenuItem onSelect={() => save('csv')}>CSV</MenuItem>
      <MenuItem onSelect={() => save('ndjson')}>NDJSON</MenuItem>
    </Menu>
  )
}
