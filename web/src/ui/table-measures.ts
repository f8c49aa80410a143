import { type RefObject, useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'

const narrow = window.matchMedia('(max-width: 760px)')

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}

/** Whether there is room for cards only. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches)
}

const usualHeight = 36

/** The height of a row in pixels as the density sets it (`--row-height`). */
export function useRowHeight(inside: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(usualHeight)
  useEffect(() => {
    const element = inside.current
    if (element === null) return
    const probe = document.createElement('div')
    probe.className = 'row-height-probe'
    element.append(probe)
    const observer = new ResizeObserver(() => setHeight(probe.offsetHeight || usualHeight))
    observer.observe(probe)
    return () => {
      observer.disconnect()
      probe.remove()
    }
  }, [inside])
  return height
}

const least = 320
const below = 24

/** Lets an element grow to what is left of the window below its top, so that a list scrolls within it. */
export function useFillHeight(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const fill = () => {
      const { current } = element
      if (current === null) return
      const top = current.getBoundingClientRect().top + window.scrollY
      current.style.maxHeight = `${Math.max(least, window.innerHeight - top - below)}px`
    }
    fill()
    const observer = new ResizeObserver(fill)
    observer.observe(document.body)
    window.addEventListener('resize', fill)
    return () => {
      observer.disconnect()
      window.removeEventListener('resize', fill)
    }
  }, [element])
}
