import { useEffect } from 'react'
import { visibleText } from './visible-text.ts'

const product = 'Signet'

/** Title of the browser tab, from the most to the least specific part: `vm-1 · Certificates · Signet`. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter((part) => part !== undefined).map(visibleText), product].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
