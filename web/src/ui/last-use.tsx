import { RelativeTime } from './relative-time.tsx'

/** When something was last used, as a sentence. */
export function LastUse({ at }: { at: number | null }) {
  if (at === null) return 'It was not used yet.'
  return (
    <>
      It was last used <RelativeTime at={at} />.
    </>
  )
}
