import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'

const dist = fileURLToPath(new URL('../../web/dist/', import.meta.url))
const kibibytes = (files: readonly string[]) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(`${dist}${file}`)).length, 0) / 1024

test('the dashboard is light: scripts before the first paint at most 250 KiB gzip, all styles at most 25 KiB', () => {
  const page = readFileSync(`${dist}index.html`, 'utf8')
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '')
  const styles = readdirSync(`${dist}assets`)
    .filter((file) => file.endsWith('.css'))
    .map((file) => `assets/${file}`)
  const weight = { scripts: kibibytes(scripts), styles: kibibytes(styles) }
  process.stdout.write(`scripts ${weight.scripts.toFixed(1)} KiB, styles ${weight.styles.toFixed(1)} KiB\n`)
  expect(scripts.length).toBeGreaterThan(1)
  expect(styles.length).toBeGreaterThan(0)
  expect(weight.scripts).toBeLessThanOrEqual(250)
  expect(weight.styles).toBeLessThanOrEqual(25)
})
