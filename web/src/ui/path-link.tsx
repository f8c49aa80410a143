import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactNode } from 'react'

/** A link to a page of the dashboard whose whole address comes from the server, filter and all. */
export function PathLink(props: { path: string; className?: string | undefined; children: ReactNode }) {
  const router = useRouter()
  const open = (event: MouseEvent) => {
    // A new tab or window is the browser's business.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.history.push(props.path)
  }
  return (
    <a href={props.path} className={props.className} onClick={open}>
      {props.children}
    </a>
  )
}
