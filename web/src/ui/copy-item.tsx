import { announce } from './announcer.tsx'
import { MenuItem } from './menu.tsx'
import { notify } from './toaster.tsx'

/** Copies a value from where no button can say so in place. */
export async function copyText(what: string, value: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value)
    announce(`${what} copied`)
  } catch {
    notify('bad', 'Copying was refused by the browser', value)
  }
}

/** A menu item that copies a value. */
export function CopyItem({ what, value }: { what: string; value: string }) {
  return <MenuItem onSelect={() => void copyText(what, value)}>Copy {what}</MenuItem>
}
