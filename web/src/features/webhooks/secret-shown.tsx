import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { DialogActions } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'

/** A secret in the memory of the dialog around it alone, and gone when that closes. */
export function SecretShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <>
      <Notice tone="warn" title="It is shown this once">
        <p>The receiver checks the signature of what it is sent with it. Put it there, and nowhere else.</p>
      </Notice>
      <CodeBlock code={secret} label="webhook secret" />
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          I have stored it
        </Button>
      </DialogActions>
    </>
  )
}
