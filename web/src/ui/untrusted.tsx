import { visibleText } from './visible-text.ts'

/** Text from outside, such as a name: inert, isolated from the direction of its surroundings, tricks spelt out. */
export function Untrusted({ text, className }: { text: string; className?: string | undefined }) {
  const visible = visibleText(text)
  return (
    <bdi className={className} title={visible}>
      {visible}
    </bdi>
  )
}
