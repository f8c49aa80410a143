import { describe, expect, test } from 'vitest'
import { visibleLines, visibleText } from './visible-text.ts'

describe('visibleText', () => {
  test.each([
    ['right-to-left override', 'invoice\u202egpj.exe', 'invoice⟨U+202E⟩gpj.exe'],
    ['isolate', 'a\u2066b\u2069', 'a⟨U+2066⟩b⟨U+2069⟩'],
    ['zero-width space', 'vm\u200b-1', 'vm⟨U+200B⟩-1'],
    ['zero-width joiner', 'vm\u200d1', 'vm⟨U+200D⟩1'],
    ['soft hyphen', 'v\u00adm', 'v⟨U+00AD⟩m'],
    ['byte order mark', '\ufeffvm', '⟨U+FEFF⟩vm'],
    ['control character', 'a\u0007b\nc', 'a⟨U+0007⟩b⟨U+000A⟩c'],
    ['line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
    ['tag character', 'a\u{e0041}', 'a⟨U+E0041⟩'],
    ['Hangul filler', 'a\u3164b', 'a⟨U+3164⟩b'],
  ])('spells out a %s (SEC-25)', (_, text, visible) => {
    expect(visibleText(text)).toBe(visible)
  })

  test.each(['web-01', 'Größe', 'مرحبا', '日本語', 'naïve e\u0301', '🚀'])('leaves %s alone', (text) => {
    expect(visibleText(text)).toBe(text)
  })
})

test('visibleLines keeps line ends and tabs and spells out the rest', () => {
  expect(visibleLines('{\r\n\t"a": "\u202e"\n}')).toBe('{\r\n\t"a": "⟨U+202E⟩"\n}')
})
