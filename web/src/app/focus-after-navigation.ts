import type { AnyRouter } from '@tanstack/react-router'

/**
 * A link that is followed goes with its page, and the focus would go with it: it moves on to the content of the new page.
 * Where it is still somewhere, such as on the rail, it stays. @returns stops that
 */
export function focusAfterNavigation(router: AnyRouter): () => void {
  return router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
    if (fromLocation === undefined || !pathChanged || document.activeElement !== document.body) return
    document.getElementById('main')?.focus({ preventScroll: true })
  })
}
