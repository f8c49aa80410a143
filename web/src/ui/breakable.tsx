import { Fragment } from 'react'

/** Paths and addresses go on in the next line after a slash, rather than within a word. */
export function Breakable({ text }: { text: string }) {
  const parts = text.split(/(?<=\/)(?=[^/])/)
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, which never move
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
