import { Copy } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { CopyItem } from '../../ui/copy-item.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { Snippet } from './copy-snippets.ts'

/** What people paste elsewhere, each in one click. */
export function CopyMenu({ snippets }: { snippets: readonly Snippet[] }) {
  return (
    <Menu trigger={<Button icon={<Copy size={14} aria-hidden />}>Copy</Button>}>
      {snippets.map((snippet) => (
        <CopyItem key={snippet.what} {...snippet} />
      ))}
    </Menu>
  )
}
