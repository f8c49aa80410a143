import { VaultTags } from '@signet/shared/vocabulary/vault-rules'

/** Tags as people write them: one a line, `name=value`. */
export function textOfTags(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')
}

/** @returns what is wrong, where there is something */
export function tagsOfText(text: string): { tags: VaultTags } | { fault: string } {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const tags: Record<string, string> = {}
  for (const line of lines) {
    const at = line.indexOf('=')
    const name = (at < 0 ? line : line.slice(0, at)).trim()
    if (name in tags) return { fault: `The tag ${name} is there twice.` }
    tags[name] = at < 0 ? '' : line.slice(at + 1).trim()
  }
  const read = VaultTags.safeParse(tags)
  if (read.success) return { tags: read.data }
  return { fault: 'Give at most 15 tags, one a line, with a name and a value of at most 256 characters each.' }
}
