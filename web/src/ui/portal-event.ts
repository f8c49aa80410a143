import type { SyntheticEvent } from 'react'

/** Whether an event came by a dialog or menu that is opened inside the element but stands elsewhere on the page. */
export function isFromPortal({ target, currentTarget }: SyntheticEvent): boolean {
  return !(target instanceof Node && currentTarget.contains(target))
}
