import { useRouter } from '@tanstack/react-router'
import { type Command, useRegisterCommands } from '../ui/commands.ts'
import { preferences, setPreferences } from '../ui/preferences.ts'
import { destinations } from './destinations.ts'

/** The keys that act on every page; pages add their own with `useRegisterCommands`. */
export function useShellCommands(open: { onPalette: () => void; onShortcuts: () => void }): void {
  const router = useRouter()
  const anywhere = 'Anywhere'
  useRegisterCommands([
    {
      id: 'palette',
      label: 'Search or jump to',
      group: anywhere,
      keys: 'Mod+k',
      everywhere: true,
      run: open.onPalette,
    },
    { id: 'filter', label: 'Filter this list', group: anywhere, keys: '/', run: focusFilter },
    { id: 'shortcuts', label: 'Keyboard shortcuts', group: anywhere, keys: '?', run: open.onShortcuts },
    { id: 'rail', label: 'Narrow or widen the menu', group: anywhere, keys: '[', run: toggleRail },
    ...destinations.map(
      ({ to, label, key }): Command => ({
        id: `go ${to}`,
        label,
        group: 'Go to',
        keys: `g ${key}`,
        run: () => void router.navigate({ to }),
      }),
    ),
  ])
}

/** The filter of a page is the first field of its `<search>`. */
function focusFilter(): void {
  document.querySelector<HTMLElement>('main search :is(input, textarea, [contenteditable="true"])')?.focus()
}

function toggleRail(): void {
  setPreferences({ rail: preferences().rail === 'wide' ? 'narrow' : 'wide' })
}
