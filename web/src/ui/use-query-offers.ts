import type { FieldSpec } from '@signet/shared/query/fields'
import { useState } from 'react'
import { type Offer, offersFor, type ValueCounts, type ValueWords } from './query-offers.ts'

interface OffersOptions {
  readonly text: string
  readonly fields: readonly FieldSpec[]
  readonly counts: ValueCounts
  readonly words: ValueWords
  readonly onPick: (offer: Offer) => void
}

/** The list below the field: open or not, and which offer the arrow keys are at. */
export function useOffers({ text, fields, counts, words, onPick }: OffersOptions) {
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const offers = isOpen ? offersFor(text, fields, { counts, words }) : []
  const active = at >= 0 && at < offers.length ? at : undefined
  const close = () => {
    setOpen(false)
    setAt(-1)
  }
  const pick = (offer: Offer) => {
    onPick(offer)
    setAt(-1)
    setOpen(!offer.isWhole)
  }
  /** Goes round: from the field (-1) to the first or last offer, and from the last back to the field. */
  const step = (by: 1 | -1) => {
    const places = (isOpen ? offers.length : offersFor(text, fields, { counts, words }).length) + 1
    setOpen(true)
    setAt((now) => ((now + 1 + by + places) % places) - 1)
  }
  return {
    offers,
    active,
    open: () => {
      setOpen(true)
      setAt(-1)
    },
    close,
    pick,
    /** @returns whether the key was for the list */
    onKey: (key: string): boolean => {
      const picked = active === undefined ? undefined : offers[active]
      if (key === 'ArrowDown' || key === 'ArrowUp') step(key === 'ArrowDown' ? 1 : -1)
      else if (key === 'Enter' && picked !== undefined) pick(picked)
      else if (key === 'Tab' && picked !== undefined) pick(picked)
      else if (key === 'Escape' && offers.length > 0) close()
      else return false
      return true
    },
  }
}

export type Offers = ReturnType<typeof useOffers>
