import { useEffect, useState } from 'react'

/**
 * A module of which the first paint can do without: it is fetched right after, and is undefined until then. One that
 * could not be fetched is tried again with the next render, and breaks nothing meanwhile.
 */
export function useLater<Module extends object>(load: () => Promise<Module>): Module | undefined {
  const [module, setModule] = useState<Module>()
  useEffect(() => {
    if (module === undefined) load().then(setModule, () => undefined)
  })
  return module
}
