/** A person who has not touched the page for this long is taken for gone. */
const presentMs = 120_000

let lastInputAt = Date.now()

for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const) {
  window.addEventListener(
    kind,
    () => {
      lastInputAt = Date.now()
    },
    { capture: true, passive: true },
  )
}

/** Whether somebody is at the page. What it asks for while nobody is does not keep the session alive (SEC-17). */
export function isAttended(now = Date.now()): boolean {
  return now - lastInputAt < presentMs
}
