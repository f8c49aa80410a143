import { type Webhook, webhooksApi } from '@signet/shared/api/webhooks'
import { type DeliveryId, WebhookId } from '@signet/shared/vocabulary/identifiers'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root: QueryRoot = 'webhooks'
const deliveries = call(webhooksApi.deliveries)

export type WebhookWish = z.output<typeof webhooksApi.add.body>

export const webhooksOptions = queryOptions({
  queryKey: [root, 'list'],
  queryFn: ({ signal }) => call(webhooksApi.list)({}, signal),
})

export const webhookOptions = (id: string) =>
  queryOptions({
    queryKey: [root, 'one', id],
    queryFn: ({ signal }) => {
      const webhookId = WebhookId.safeParse(id)
      if (!webhookId.success) throw new ApiError({ code: 'not_found', detail: 'The address holds no webhook ID.' })
      return call(webhooksApi.show)({ params: { webhookId: webhookId.data } }, signal)
    },
  })

export const deliveriesOptions = (webhookId: WebhookId) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'deliveries', webhookId],
    queryFn: ({ pageParam, signal }) => deliveries({ params: { webhookId }, query: { cursor: pageParam } }, signal),
  })

/** An act on webhooks; what is shown of them is read again however it ended. */
function useAct<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: [root] }) })
}

export const useAddWebhook = () => useAct((body: WebhookWish) => call(webhooksApi.add)({ body }))

export const useRollSecret = ({ id }: Webhook) =>
  useAct(() => call(webhooksApi.roll)({ params: { webhookId: id }, body: {} }))

export const useTestWebhook = ({ id }: Webhook) =>
  useAct(() => call(webhooksApi.test)({ params: { webhookId: id }, body: {} }))

export const useRemoveWebhook = ({ id }: Webhook) =>
  useAct(() => call(webhooksApi.remove)({ params: { webhookId: id } }))

/** Changes it as it was seen: refused when somebody changed it meanwhile. */
export const useChangeWebhook = ({ id, version }: Webhook) =>
  useAct((body: z.input<typeof webhooksApi.change.body>) =>
    call(webhooksApi.change)({ params: { webhookId: id }, body, ifMatch: version }),
  )

export const useResend = ({ id }: Pick<Webhook, 'id'>) =>
  useAct((deliveryId: DeliveryId) => call(webhooksApi.resend)({ params: { webhookId: id, deliveryId }, body: {} }))
