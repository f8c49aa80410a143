import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { IconButton } from './button.tsx'
import { Notice } from './notice.tsx'
import styles from './toaster.module.css'

const manager = Toast.createToastManager()

/** Says that something worked, or why it did not. Failures stay until they are closed. */
export function notify(tone: 'ok' | 'bad', title: string, description?: string): void {
  manager.add({
    title,
    description,
    type: tone,
    timeout: tone === 'bad' ? 0 : 5_000,
    priority: tone === 'bad' ? 'high' : 'low',
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
        <Notice tone={toast.type === 'bad' ? 'bad' : 'ok'}>
          <Toast.Title render={<strong />} />
          <Toast.Description />
        </Notice>
        <Toast.Close render={<IconButton label="Close message" className={styles['close']} />}>
          <X size={14} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
