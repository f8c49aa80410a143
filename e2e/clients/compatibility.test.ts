import { expect, test } from '@playwright/test'
import { filedRows, mergeRows, type Row, renderRows } from '../compatibility.ts'

const row = (client: string, way: string, version = '1.0', result = 'token'): Row => ({
  section: 'local',
  ...{ client, version, way, result },
})
const npm = row('@azure/identity ManagedIdentityCredential', 'imds')
const python = row('azure-identity ManagedIdentityCredential (Python)', 'imds')
const arc = row('@azure/identity ManagedIdentityCredential', 'arc')
const filed = [npm, python, arc]
const whole = { lacking: [], isWhole: true, isWriting: false }

test('a row that a whole run did not see goes, unless the run lacked its client or its dialect', () => {
  expect(mergeRows(filed, { ...whole, seen: [npm] })).toEqual([npm])
  const lacking = [
    { name: 'Python', reason: 'no apt', of: { client: 'azure-identity ' } },
    { name: 'Arc', reason: 'no root', of: { way: 'arc' } },
  ]
  expect(mergeRows(filed, { ...whole, lacking, seen: [npm] })).toEqual([python, arc, npm])
})

test('a run of some tests leaves the rows that it did not see', () => {
  expect(mergeRows(filed, { ...whole, isWhole: false, seen: [npm] })).toEqual(filed)
})

test('another result and another version of a package of npm are differences; a version of Debian is one only when the file is written', () => {
  const newer = { ...npm, version: '2.0' }
  expect(mergeRows([npm], { ...whole, seen: [newer] })).toEqual([newer])
  const failed = { ...python, result: 'refused' }
  expect(mergeRows([python], { ...whole, seen: [{ ...failed, version: '2.0' }] })).toEqual([failed])
  const written = mergeRows([python], { ...whole, isWriting: true, seen: [{ ...python, version: '2.0' }] })
  expect(written).toEqual([{ ...python, version: '2.0' }])
})

test('the file is read as it was written, and names the deviations with their reasons', () => {
  expect(renderRows([])).toMatch(/\| Tokens of managed identities live for 1 hour, not 24 \| \S/)
  const rows = filedRows()
  expect(rows.length).toBeGreaterThan(100)
  expect(filedRows()).toEqual(mergeRows(rows, { ...whole, seen: rows }))
})
