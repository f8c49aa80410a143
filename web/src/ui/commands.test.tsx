import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { type Command, listenToKeys, useCommands, useRegisterCommands } from './commands.ts'
import { preferences, setPreferences } from './preferences.ts'

const original = preferences()
let stop: () => void

beforeEach(() => {
  stop = listenToKeys()
})
afterEach(() => {
  stop()
  setPreferences(original)
})

const command = (keys: string, run: () => void, more: Partial<Command> = {}): Command => ({
  id: keys,
  label: keys,
  group: 'Test',
  keys,
  run,
  ...more,
})

function Offering({ commands, children }: { commands: readonly Command[]; children?: React.ReactNode }) {
  useRegisterCommands(commands)
  return children
}

describe('a key', () => {
  test('acts while its command is offered and not after', async () => {
    const run = vi.fn()
    const screen = await render(<Offering commands={[command('j', run)]} />)
    await userEvent.keyboard('j')
    expect(run).toHaveBeenCalledOnce()
    await screen.unmount()
    await userEvent.keyboard('j')
    expect(run).toHaveBeenCalledOnce()
  })

  test('does what the last rendering said', async () => {
    const [before, after] = [vi.fn(), vi.fn()]
    const screen = await render(<Offering commands={[command('j', before)]} />)
    await screen.rerender(<Offering commands={[command('j', after)]} />)
    await userEvent.keyboard('j')
    expect(before).not.toHaveBeenCalled()
    expect(after).toHaveBeenCalledOnce()
  })

  test('of a page takes the place of the one of the shell', async () => {
    const [shell, page] = [vi.fn(), vi.fn()]
    await render(
      <>
        <Offering commands={[command('x', shell)]} />
        <Offering commands={[command('x', page)]} />
      </>,
    )
    await userEvent.keyboard('x')
    expect(shell).not.toHaveBeenCalled()
    expect(page).toHaveBeenCalledOnce()
  })

  test.each([
    ['a text field', <input key="1" type="text" aria-label="field" />],
    ['a text area', <textarea key="2" aria-label="field" />],
    ['a select', <select key="3" aria-label="field" />],
    [
      'an editable element',
      // biome-ignore lint/a11y/useSemanticElements: this is what some editors make
      <div key="4" contentEditable suppressContentEditableWarning role="textbox" tabIndex={0} aria-label="field" />,
    ],
  ])('is left to %s', async (_case, field) => {
    const run = vi.fn()
    const screen = await render(
      <Offering commands={[command('x', run), command('?', run), command('g i', run)]}>{field}</Offering>,
    )
    screen.getByLabelText('field').element().focus()
    await userEvent.keyboard('x?gi')
    expect(run).not.toHaveBeenCalled()
  })

  test('acts on a checkbox, which takes no letters', async () => {
    const run = vi.fn()
    const screen = await render(
      <Offering commands={[command('x', run)]}>
        <input type="checkbox" aria-label="field" />
      </Offering>,
    )
    screen.getByLabelText('field').element().focus()
    await userEvent.keyboard('x')
    expect(run).toHaveBeenCalledOnce()
  })

  test('is left to an input method that composes', async () => {
    const run = vi.fn()
    await render(<Offering commands={[command('x', run)]} />)
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', isComposing: true }))
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', keyCode: 229 }))
    expect(run).not.toHaveBeenCalled()
  })

  test.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }])(
    'with a modifier is left to the browser: %o',
    async (modifier) => {
      const run = vi.fn()
      await render(<Offering commands={[command('r', run), command('t', run), command('g i', run)]} />)
      for (const key of ['r', 't', 'g', 'i']) {
        const event = new KeyboardEvent('keydown', { key, cancelable: true, ...modifier })
        window.dispatchEvent(event)
        expect(event.defaultPrevented).toBe(false)
      }
      expect(run).not.toHaveBeenCalled()
    },
  )

  test('does nothing behind a dialog', async () => {
    const run = vi.fn()
    await render(
      <Offering commands={[command('x', run)]}>
        <div role="dialog" aria-label="A question">
          <button type="button">Cancel</button>
        </div>
      </Offering>,
    )
    await userEvent.keyboard('x')
    expect(run).not.toHaveBeenCalled()
  })

  test('does nothing once single letters are switched off, but Ctrl K does (WCAG 2.1.4)', async () => {
    const [letter, palette] = [vi.fn(), vi.fn()]
    await render(
      <Offering
        commands={[command('x', letter), command('g i', letter), command('Mod+k', palette, { everywhere: true })]}
      />,
    )
    setPreferences({ shortcuts: false })
    await userEvent.keyboard('xgi')
    await userEvent.keyboard('{Control>}k{/Control}')
    expect(letter).not.toHaveBeenCalled()
    expect(palette).toHaveBeenCalledOnce()
  })

  test('that the sheet only explains is left to the widget that takes it', async () => {
    await render(<Offering commands={[{ id: 'row', label: 'Select', group: 'List', keys: 'x' }]} />)
    const event = new KeyboardEvent('keydown', { key: 'x', cancelable: true })
    window.dispatchEvent(event)
    expect(event.defaultPrevented).toBe(false)
  })

  test('of something that is not allowed does nothing', async () => {
    const run = vi.fn()
    await render(<Offering commands={[command('e', run, { refusal: 'Ask an Admin.' })]} />)
    await userEvent.keyboard('e')
    expect(run).not.toHaveBeenCalled()
  })

  test('that is held acts once', async () => {
    const run = vi.fn()
    await render(<Offering commands={[command('e', run, { inPalette: true })]} />)
    for (const repeat of [false, true, true]) window.dispatchEvent(new KeyboardEvent('keydown', { key: 'e', repeat }))
    expect(run).toHaveBeenCalledOnce()
  })
})

describe('a sequence', () => {
  test('needs both keys, one after the other', async () => {
    const run = vi.fn()
    await render(<Offering commands={[command('g i', run)]} />)
    await userEvent.keyboard('i')
    await userEvent.keyboard('gxi')
    expect(run).not.toHaveBeenCalled()
    await userEvent.keyboard('gi')
    expect(run).toHaveBeenCalledOnce()
  })

  test('comes before a widget that takes its second key for one of its own', async () => {
    const [run, own] = [vi.fn(), vi.fn()]
    const screen = await render(
      <Offering commands={[command('g r', run)]}>
        <button type="button" onKeyDown={(event) => event.key === 'r' && own()}>
          row
        </button>
      </Offering>,
    )
    screen.getByRole('button').element().focus()
    await userEvent.keyboard('gr')
    expect(run).toHaveBeenCalledOnce()
    expect(own).not.toHaveBeenCalled()
    await userEvent.keyboard('r')
    expect(own).toHaveBeenCalledOnce()
  })

  test('is forgotten when the second key is late', async () => {
    const run = vi.fn()
    await render(<Offering commands={[command('g i', run)]} />)
    const press = (key: string, timeStamp: number) => {
      const event = new KeyboardEvent('keydown', { key })
      Object.defineProperty(event, 'timeStamp', { value: timeStamp })
      window.dispatchEvent(event)
    }
    press('g', 0)
    press('i', 1_500)
    expect(run).not.toHaveBeenCalled()
    press('g', 2_000)
    press('i', 3_499)
    expect(run).toHaveBeenCalledOnce()
  })
})

function Listed() {
  return (
    <output>
      {useCommands()
        .map((each) => each.label)
        .join(', ')}
    </output>
  )
}

test('what is offered can be listed, with words that change', async () => {
  const offering = (label: string) => (
    <>
      <Offering commands={[{ ...command('x', () => undefined), label }]} />
      <Listed />
    </>
  )
  const screen = await render(offering('Turn on'))
  await expect.element(screen.getByText('Turn on')).toBeVisible()
  await screen.rerender(offering('Turn off'))
  await expect.element(screen.getByText('Turn off')).toBeVisible()
})
