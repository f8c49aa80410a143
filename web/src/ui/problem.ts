/** What went wrong, in the words shown to people. */
export interface ProblemView {
  readonly title: string
  readonly detail: string
  /** One sentence on what to do next. */
  readonly fix?: string | undefined
  readonly requestId?: string | undefined
  /** Set when a right was missing: which one. */
  readonly missingPermission?: string | undefined
  /** Set when the thing is not there (any more). */
  readonly notFound?: boolean
  /** Set when the sign-in has ended: the dialog over the page says so, and how to go on. */
  readonly isSignedOut?: boolean
}
