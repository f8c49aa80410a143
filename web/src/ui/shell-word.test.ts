import { expect, test } from 'vitest'
import { shellQuoted, shellWord } from './shell-word.ts'

test('leaves nothing of a value to the shell, and plain values bare', () => {
  expect(shellWord("it's $(reboot)`x`\n")).toBe("'it'\\''s $(reboot)`x`\n'")
  expect(shellWord('http://127.0.0.1:7430/a_b-c')).toBe('http://127.0.0.1:7430/a_b-c')
  expect(shellQuoted('plain')).toBe("'plain'")
  expect(shellWord('')).toBe("''")
})
