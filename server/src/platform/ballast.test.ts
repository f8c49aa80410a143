import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { Ballast } from './ballast.ts'

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'ballast')

it('holds real blocks back, gives them up at once, and takes them again at the next start (SEC-141)', () => {
  const ballast = Ballast.hold(folder, 3 * 2 ** 20 + 1)
  expect(statSync(file()).size).toBe(3 * 2 ** 20 + 1)
  expect(statSync(file()).blocks * 512).toBeGreaterThanOrEqual(3 * 2 ** 20)
  ballast.release()
  ballast.release()
  expect(existsSync(file())).toBe(false)
  expect(Ballast.hold(folder, 2 ** 20).isHeld).toBe(true)
})

it('follows a change of its size, and holds nothing back where there is no room', () => {
  Ballast.hold(folder, 2 ** 20)
  Ballast.hold(folder, 2 ** 21)
  expect(statSync(file()).size).toBe(2 ** 21)
  expect(Ballast.hold(folder, 2 ** 50).isHeld).toBe(false)
  expect(Ballast.hold(folder, 0).isHeld).toBe(false)
  expect(existsSync(file())).toBe(false)
})
