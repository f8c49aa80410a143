import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { buttonClass, IconButton } from './button.tsx'
import { Notice } from './notice.tsx'
import { type ToastWish, takeToasts } from './toast-queue.ts'
import styles from './toaster.module.css'

const manager = Toast.createToastManager()

const shownMs = 5_000
const undoableMs = 10_000

/** The messages that are up, in a corner of the page. */
export function Toasts() {
  // After the provider's own effect: before it there is nobody to add them to.
  useEffect(() => takeToasts(show), [])
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className={styles['viewport']}>
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function show({ tone, title, description, onUndo }: ToastWish): void {
  const isFailure = tone === 'bad'
  const common = { title, description, type: tone, priority: isFailure ? ('high' as const) : ('low' as const) }
  if (onUndo === undefined) {
    manager.add({ ...common, timeout: isFailure ? 0 : shownMs })
    return
  }
  const undo = () => {
    manager.close(id)
    onUndo()
  }
  const id = manager.add({ ...common, timeout: undoableMs, actionProps: { children: 'Undo', onClick: undo } })
}

const tones = ['ok', 'warn', 'bad'] as const

function ToastList() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles['toast']} swipeDirection="right">
      <Toast.Content className={styles['content']}>
        <Notice tone={tones.find((tone) => tone === toast.type) ?? 'ok'}>
          <Toast.Title render={<strong />} />
          <Toast.Description />
          {toast.actionProps !== undefined && <Toast.Action className={buttonClass('default', true)} />}
        </Notice>
        <Toast.Close render={<IconButton label="Close message" className={styles['close']} />}>
          <X size={14} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
