import { Download } from 'lucide-react'
import { Button } from './button.tsx'
import { Menu, MenuItem } from './menu.tsx'

const formats = [
  { value: 'csv', words: 'CSV, for a spreadsheet' },
  { value: 'ndjson', words: 'NDJSON, one JSON object a line' },
] as const

interface ExportMenuProps {
  busy: boolean
  small?: boolean
  /** Why nothing can be exported. */
  disabledReason?: string | undefined
  onExport: (format: (typeof formats)[number]['value']) => void
}

/** Saves what the filters of a list show, or what is selected in it. */
export function ExportMenu({ busy, small = false, disabledReason, onExport }: ExportMenuProps) {
  const icon = <Download size={14} aria-hidden />
  return (
    <Menu
      trigger={
        <Button small={small} icon={icon} busy={busy} disabledReason={disabledReason}>
          Export
        </Button>
      }
    >
      {formats.map(({ value, words }) => (
        <MenuItem key={value} onSelect={() => onExport(value)}>
          {words}
        </MenuItem>
      ))}
    </Menu>
  )
}
