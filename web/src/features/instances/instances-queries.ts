import { enrollmentApi } from '@signet/shared/api/enrollment'
import { evidenceApi } from '@signet/shared/api/evidence'
import { type InstanceDetail, type InstanceKind, type InstanceSort, resourcesApi } from '@signet/shared/api/resources'
import type { IdentityState } from '@signet/shared/vocabulary/credential-states'
import { type AgentId, InstanceId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import { queryOptions, useMutation, useMutationState, useQueryClient } from '@tanstack/react-query'
import { idIn } from '../../api/address-id.ts'
import { call } from '../../api/client.ts'
import { useFacets, useListRows } from '../../api/list-rows.ts'

const list = call(resourcesApi.list)
const facets = call(resourcesApi.facets)
const show = call(resourcesApi.show)
const credentials = call(evidenceApi.credentials)

// Events announce every change of state; token times are not announced, so what shows them is read again now and then.
const tokenPaceMs = 15_000
const changingPaceMs = 2_000

function isChanging(state: IdentityState): boolean {
  return state === 'enabling' || state === 'disabling'
}

export function useInstanceRows(question: { filter: string; sort: InstanceSort; enabled: boolean }) {
  return useListRows({ root: 'instances', list, refetchMs: tokenPaceMs }, question)
}

export function useInstanceFacets() {
  return useFacets('instances', facets)
}

export const instanceOptions = (instanceId: string) =>
  queryOptions({
    queryKey: ['instances', 'one', instanceId],
    queryFn: ({ signal }) => show({ params: { instanceId: idIn(InstanceId, instanceId, 'instance ID') } }, signal),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isChanging(data.identityState) ? changingPaceMs : tokenPaceMs,
  })

export const credentialsOptions = (principalId: ObjectId) =>
  queryOptions({
    queryKey: ['credentials', principalId],
    queryFn: ({ signal }) => credentials({ params: { principalId } }, signal),
  })

const toggleKey = ['set-identity'] as const

interface Toggle {
  readonly instanceId: InstanceId
  readonly enabled: boolean
  readonly reason?: string
  /** Version of the instance that whoever asks has seen. */
  readonly ifMatch?: number
}

function isToggle(variables: unknown): variables is Toggle {
  return typeof variables === 'object' && variables !== null && 'instanceId' in variables && 'enabled' in variables
}

export function useSetIdentity() {
  const client = useQueryClient()
  return useMutation({
    mutationKey: toggleKey,
    mutationFn: ({ instanceId, enabled, reason, ifMatch }: Toggle) =>
      call(resourcesApi.setIdentity)({ params: { instanceId }, body: { enabled, reason }, ifMatch }),
    onSuccess: (instance: InstanceDetail) => client.setQueryData(instanceOptions(instance.id).queryKey, instance),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['propagation'] })
      return client.invalidateQueries({ queryKey: ['instances'] })
    },
  })
}

interface IdentityActWish {
  readonly act: 'pause' | 'resume' | 'restore'
  readonly principalId: ObjectId
  readonly reason?: string
  readonly ifMatch?: number
}

export function useIdentityAct() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ act, principalId, reason, ifMatch }: IdentityActWish) =>
      call(resourcesApi[act])({ params: { principalId }, body: { reason }, ifMatch }),
    onSuccess: (instance: InstanceDetail) => client.setQueryData(instanceOptions(instance.id).queryKey, instance),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['propagation'] })
      return client.invalidateQueries({ queryKey: ['instances'] })
    },
  })
}

/** Which way the switch of an instance is being turned at this moment, wherever it was clicked. */
export function useTurning(instanceId: InstanceId): boolean | undefined {
  const pending = useMutationState({
    filters: { mutationKey: toggleKey, status: 'pending' },
    select: (mutation) => mutation.state.variables,
  })
  return pending.filter(isToggle).find((each) => each.instanceId === instanceId)?.enabled
}

export function useRegisterInstance() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; kind: InstanceKind }) => call(resourcesApi.register)({ body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['instances'] }),
  })
}

/** Lets an agent come back that slept for too long. */
export function useApproveRecovery(agentId: AgentId) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { reason: string }) => call(enrollmentApi.approveRecovery)({ params: { agentId }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: ['instances'] }),
  })
}
