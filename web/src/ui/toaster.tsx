import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { buttonClass, IconButton } from './button.tsx'
import { Notice } from './notice.tsx'
import styles from './toaster.module.css'

const manager = Toast.createToastManager()

const shownMs = 5_000
const undoableMs = 10_000

const tones = ['ok', 'warn', 'bad'] as const
type Tone = (typeof tones)[number]

/** Says that something worked, why it cannot be done (`warn`), or that it failed. Failures stay until they are closed. */
export function notify(tone: Tone, title: string, description?: string): void {
  manager.add({
    title,
    description,
    type: tone,
    timeout: tone === 'bad' ? 0 : shownMs,
    priority: tone === 'bad' ? 'high' : 'low',
  })
}

/** Says that something worked, and takes it back on demand within ten seconds. */
export function notifyUndoable(title: string, onUndo: () => void): void {
  const id = manager.add({
    title,
    type: 'ok',
    timeout: undoableMs,
    priority: 'low',
    actionProps: {
      children: 'Undo',
      onClick: () => {
        manager.close(id)
        onUndo()
      },
    },
  })
}

export function Toaster() {
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
