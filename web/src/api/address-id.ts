import { ApiError } from './api-error.ts'

interface IdSchema<T> {
  readonly safeParse: (text: string) => { readonly success: true; readonly data: T } | { readonly success: false }
}

/**
 * The ID that an address names.
 *
 * @param what what the ID is
 * @throws ApiError `not_found` for anything else
 */
export function idIn<T>(schema: IdSchema<T>, text: string, what: string): T {
  const id = schema.safeParse(text)
  if (!id.success) throw new ApiError({ code: 'not_found', detail: `The address holds no ${what}.` })
  return id.data
}
