/** Stands where there is no value. Tables drawn as cards leave such lines out. */
export function None() {
  return (
    <span className="muted" data-none>
      –
    </span>
  )
}
