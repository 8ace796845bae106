import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type {
  ListedReaction,
  MonitorPage,
  MonitorPlan,
  SafetyPairPage,
  SafetyScreen,
} from '../../src/modules/signals/model.ts';
import { api } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';
import { useNumber } from './watch-ask.ts';

const LOOK_MS = 60_000;

export function useScreen(filter: Record<string, string>) {
  return useQuery({
    queryKey: ['signals', 'safety', filter],
    queryFn: ({ signal }) => api.get<SafetyScreen>('/api/signals/safety', { query: filter, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
}

export function usePair(query: { product: string; reaction: string; without: string; stratified: string }) {
  return useQuery({
    queryKey: ['signals', 'safety-pair', query],
    queryFn: ({ signal }) => api.get<SafetyPairPage>('/api/signals/safety/pair', { query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** What a product's information lists. */
export function useListed(product: string) {
  return useQuery({
    queryKey: ['signals', 'listed', product],
    queryFn: ({ signal }) =>
      api.get<{ listed: ListedReaction[] }>('/api/signals/safety/listed', { query: { product }, signal }),
  });
}

/** Lists a reaction of a product, or no longer. */
export function useMark() {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: (mark: { product: string; reaction: string; reactionName: string; listed: boolean; source: string }) =>
      api.put<{ listed: ListedReaction[] }>('/api/signals/safety/listed/pair', mark),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['signals'] }),
    onError: notice.failed,
  });
}

export type NamedPlan = MonitorPlan & { productName: string; reactionName: string };

export function usePlans() {
  return useQuery({
    queryKey: ['signals', 'plans'],
    queryFn: ({ signal }) => api.get<{ plans: NamedPlan[] }>('/api/signals/monitoring', { signal }),
  });
}

export function usePlan(id: string) {
  return useQuery({
    queryKey: ['signals', 'plan', id],
    queryFn: ({ signal }) => api.get<MonitorPage>(`/api/signals/monitoring/${encodeURIComponent(id)}`, { signal }),
  });
}

/** An act on plans; the page shows what came of it at once. */
export function usePlanAct(done: string) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: object }) =>
      api.post<MonitorPage>(`/api/signals/monitoring${path}`, body),
    onSuccess: (page) => {
      queries.setQueryData(['signals', 'plan', page.plan.id], page);
      void queries.invalidateQueries({ queryKey: ['signals', 'plans'] });
      notice.done(done);
    },
    onError: notice.failed,
  });
}

export function pairPath(product: string, reaction: string): string {
  return `/signals/safety/${encodeURIComponent(product)}/${encodeURIComponent(reaction)}`;
}

/** A number, or a dash where there is none. */
export function useMaybe(): (value: number | null) => string {
  const number = useNumber();
  return (value) => (value === null ? '–' : number(value));
}

/** What a group of a subgrouping is called. */
export function useGroupName(): (by: 'sex' | 'ageBand', group: string) => string {
  const { t } = useTranslation('signals');
  return (by, group) =>
    by === 'sex'
      ? t(`safety.sexes.${group as 'unknown'}`, { defaultValue: group })
      : t(`safety.ages.${group as 'unknown'}`, { defaultValue: group });
}
