import { expect, test } from './fixtures.ts'

const pages = [
  ['writes an error to the console', '<script>console.error("said")</script>'],
  ['throws', '<script>throw new Error("thrown")</script>'],
  [
    'breaks its content security policy',
    `<meta http-equiv="Content-Security-Policy" content="script-src 'none'"><script>1</script>`,
  ],
] as const

for (const [what, content] of pages) {
  test.fail(`a page that ${what} fails the test it is of`, async ({ page }) => {
    await page.setContent(content)
  })
}

test.fail('a page of another context that throws fails the test it is of', async ({ browser }) => {
  const page = await browser.newPage()
  await page.setContent('<script>throw new Error("thrown")</script>')
  await page.close()
})

test('what a test provokes is excused, and nothing but that', async ({ page, provokes }) => {
  provokes(/^thrown /)
  provokes(/^said /)
  await page.setContent('<script>console.error("said"); throw new Error("thrown")</script>')
  await expect(page.locator('script')).toBeAttached()
})
