import { expect, test } from 'vitest'
import { attributesFormOf, newAttributes, readAttributes, valueFault } from './secret-draft.ts'
import { tagsOfText, textOfTags } from './tags-text.ts'
import { exampleVersion } from './testing/examples.ts'

test('attributes that are left alone stay as they are, to the millisecond', () => {
  const version = { ...exampleVersion, notBefore: 1_234_567, expires: 1_893_456_000_789, tags: { a: 'b=c', d: '' } }
  const { enabled, notBefore, expires, contentType, tags } = version
  const kept = { enabled, notBefore, expires, contentType, tags }
  expect(readAttributes(attributesFormOf(version), version)).toEqual({ attributes: kept, faults: {} })
})

test('attributes that cannot be are named, each beside its field', () => {
  const form = { ...newAttributes, notBefore: 'soon', contentType: 'x'.repeat(256), tags: 'a=1\na=2' }
  expect(readAttributes(form).faults).toMatchObject({
    notBefore: 'Give a date and a time, or none.',
    contentType: 'Use at most 255 characters.',
    tags: 'The tag a is there twice.',
  })
})

test('tags are lines, of which there are at most fifteen', () => {
  const tags = { team: 'shop', note: 'a=b', bare: '' }
  expect(tagsOfText(textOfTags(tags))).toEqual({ tags })
  expect(tagsOfText(' team = shop \n\n')).toEqual({ tags: { team: 'shop' } })
  const many = Array.from({ length: 16 }, (_, index) => `t${index}=1`).join('\n')
  expect(tagsOfText(many)).toEqual({ fault: expect.stringMatching(/^Give at most 15 tags/) })
})

test('a value is counted in bytes of UTF-8 (SEC-110)', () => {
  expect(valueFault('é'.repeat(12_800))).toBeUndefined()
  expect(valueFault(`${'é'.repeat(12_800)}x`)).toBe('It is larger than 25 KiB.')
})
