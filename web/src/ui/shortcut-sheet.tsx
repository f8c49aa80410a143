import { type Command, useCommands } from './commands.ts'
import { Dialog } from './dialog.tsx'
import { Checkbox } from './form.tsx'
import { Kbd } from './kbd.tsx'
import { setPreferences, usePreferences } from './preferences.ts'
import styles from './shortcut-sheet.module.css'

/** Every key that acts on this page right now, made from what is offered. */
export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { shortcuts } = usePreferences()
  const groups = groupsOf(useCommands())
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" wide>
      <Checkbox
        label="Single letters act outside of fields"
        checked={shortcuts}
        onChange={(event) => setPreferences({ shortcuts: event.target.checked })}
      />
      <div className={styles['groups']}>
        {groups.map(([group, commands]) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl className={styles['list']}>
              {commands.map(({ id, label, keys }) => (
                <div key={id}>
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

type Keyed = Command & { readonly keys: string }

function groupsOf(commands: readonly Command[]): [string, Keyed[]][] {
  const groups = new Map<string, Map<string, Keyed>>()
  for (const command of commands) {
    if (command.keys === undefined) continue
    const group = groups.get(command.group) ?? new Map<string, Keyed>()
    // The last one is the one that acts.
    group.set(command.keys, { ...command, keys: command.keys })
    groups.set(command.group, group)
  }
  // The longest, that of the page, comes last and has the second column to itself.
  return [...groups]
    .map(([name, byKeys]): [string, Keyed[]] => [name, [...byKeys.values()]])
    .toSorted(([, one], [, other]) => one.length - other.length)
}
