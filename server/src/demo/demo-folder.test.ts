import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { StartupError } from '../platform/signet-error.ts'
import { DemoFolder } from './demo-folder.ts'

let signet: string
let dataDir: string
let folder: DemoFolder

beforeEach(() => {
  signet = temporaryFolder()
  dataDir = join(signet, 'data')
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'signet.db'), 'real')
  folder = DemoFolder.beside(dataDir)
})
afterEach(() => rmSync(signet, { recursive: true, force: true }))

function fill(): void {
  mkdirSync(folder.dataDir, { recursive: true })
  writeFileSync(join(folder.dataDir, 'signet.db'), 'demo')
}

describe('the folder of a demo', () => {
  it('knows how far the demo has come', () => {
    expect(folder.state()).toBe('absent')
    folder.begin()
    expect(folder.state()).toBe('making')
    folder.markReady()
    expect(folder.state()).toBe('ready')
    folder.orderRemoval()
    expect(folder.state()).toBe('removing')
    folder.remove()
    expect(folder.state()).toBe('absent')
    expect(existsSync(folder.root)).toBe(false)
  })

  it('is removed with everything in it, and nothing beside it or behind its links', () => {
    folder.begin()
    fill()
    symlinkSync(dataDir, join(folder.root, 'link'))
    folder.remove()
    expect(existsSync(folder.root)).toBe(false)
    expect(readFileSync(join(dataDir, 'signet.db'), 'utf8')).toBe('real')
  })

  it('stays marked for removal until the last file is gone, so that a removal that was cut short is finished', () => {
    folder.begin()
    fill()
    folder.orderRemoval()
    rmSync(folder.dataDir, { recursive: true })
    expect(DemoFolder.beside(dataDir).state()).toBe('removing')
    DemoFolder.beside(dataDir).remove()
    expect(existsSync(folder.root)).toBe(false)
  })

  it('takes an empty folder for none, and removes it', () => {
    mkdirSync(folder.root)
    expect(folder.state()).toBe('absent')
    folder.remove()
    expect(existsSync(folder.root)).toBe(false)
  })

  it.each([
    ['without a mark', () => fill()],
    [
      'with a mark of something else',
      () => {
        fill()
        writeFileSync(join(folder.root, 'demo.json'), '{"product":"other","state":"ready"}')
      },
    ],
    ['that is a link', () => symlinkSync(dataDir, folder.root)],
    ['that is a file', () => writeFileSync(folder.root, 'mine')],
  ])('refuses to touch one %s', (_what, make) => {
    make()
    expect(() => folder.state()).toThrow(StartupError)
    expect(() => folder.orderRemoval()).toThrow(StartupError)
    expect(() => folder.remove()).toThrow(StartupError)
    expect(existsSync(folder.root)).toBe(true)
    expect(readFileSync(join(dataDir, 'signet.db'), 'utf8')).toBe('real')
  })

  it('is found from its data folder, and real data is in none', () => {
    expect(DemoFolder.holding(folder.dataDir)).toBeUndefined()
    folder.begin()
    expect(DemoFolder.holding(folder.dataDir)?.root).toBe(folder.root)
    expect(DemoFolder.holding(dataDir)).toBeUndefined()
    expect(DemoFolder.holding(join(folder.root, 'other'))).toBeUndefined()
  })
})
