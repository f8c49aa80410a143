import type { AnyRouter } from '@tanstack/react-router'
import { z } from 'zod'

const Place = z.object({ path: z.string(), title: z.string() })
export type Place = z.infer<typeof Place>

const key = 'signet.recent'
const most = 8

/** Pages this tab has shown, the latest first. Kept for the tab alone, and gone with it. */
export function recentPlaces(): Place[] {
  try {
    return z.array(Place).parse(JSON.parse(sessionStorage.getItem(key) ?? '[]'))
  } catch {
    return []
  }
}

/** Notes each page as it is left, when its title is known. @returns stops that */
export function noteRecentPlaces(router: AnyRouter): () => void {
  return router.subscribe('onBeforeNavigate', ({ fromLocation, toLocation, pathChanged }) => {
    if (!pathChanged || fromLocation === undefined || fromLocation.pathname.startsWith('/go/')) return
    const place = { path: fromLocation.href, title: document.title.replace(/ · Signet$/, '') }
    const others = recentPlaces().filter(({ path }) => path !== place.path && path !== toLocation.href)
    sessionStorage.setItem(key, JSON.stringify([place, ...others].slice(0, most)))
  })
}
