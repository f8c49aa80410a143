import { BookOpen, CircleHelp, Keyboard } from 'lucide-react'
import { version } from '../../package.json' with { type: 'json' }
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { Menu, MenuItem, MenuLine, MenuLink, MenuText } from '../ui/menu.tsx'

/** Help, in the same place on every page (WCAG 3.2.6). */
export function HelpMenu({ onShortcuts }: { onShortcuts: () => void }) {
  return (
    <Menu trigger={<Button kind="quiet" small aria-label="Help" icon={<CircleHelp size={16} aria-hidden />} />}>
      <MenuItem onSelect={onShortcuts}>
        <Keyboard size={14} aria-hidden />
        Keyboard shortcuts <Kbd keys="?" hint />
      </MenuItem>
      <MenuLink href="/api/docs">
        <BookOpen size={14} aria-hidden />
        Admin API
      </MenuLink>
      <MenuLine />
      <MenuText>Signet {version}</MenuText>
    </Menu>
  )
}
