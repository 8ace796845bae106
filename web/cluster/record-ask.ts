import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  type Caution,
  type ClaimLine,
  type DuePage,
  type FactLine,
  type Graph,
  KINDS,
  type Overview,
  PREDICATES,
  PROPERTIES,
  type Profile,
  type Source,
  type ThingKind,
  type ThingPage,
} from '../../src/modules/cluster/model.ts';
import { api, language } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';

const ROOT = '/api/cluster';
const KEY = 'cluster';

export const listThings = (query: Record<string, string | number | undefined>, signal?: AbortSignal) =>
  api.get<ThingPage>(`${ROOT}/things`, { query, ...(signal && { signal }) });

export function useThings(query: Record<string, string | number | undefined>, isAsked = true) {
  return useQuery({
    queryKey: [KEY, 'things', query],
    queryFn: ({ signal }) => listThings(query, signal),
    enabled: isAsked,
  });
}

const read =
  <T>(path: string, query: Record<string, string | undefined> = {}) =>
  ({ signal }: { signal: AbortSignal }) =>
    api.get<T>(`${ROOT}${path}`, { query, signal });

export const useOverview = () => useQuery({ queryKey: [KEY, 'overview'], queryFn: read<Overview>('/overview') });
export const useProfile = (id: string) =>
  useQuery({ queryKey: [KEY, 'thing', id], queryFn: read<Profile>(`/things/${encodeURIComponent(id)}`) });
export const useFacts = () =>
  useQuery({
    queryKey: [KEY, 'facts'],
    queryFn: read<{ facts: FactLine[]; sources: Record<string, Source>; cautions: Caution[] }>('/facts'),
  });
export const useDue = (within: string) =>
  useQuery({ queryKey: [KEY, 'due', within], queryFn: read<DuePage>('/due', { within }) });
export const useClaims = () =>
  useQuery({ queryKey: [KEY, 'claims'], queryFn: read<{ claims: ClaimLine[]; mayDecide: boolean }>('/claims') });
export const useGraph = (thing: string, to: string, steps: string) =>
  useQuery({
    queryKey: [KEY, 'graph', thing, to, steps],
    queryFn: read<Graph>('/graph', { thing, to, steps }),
    enabled: thing !== '',
  });

/** An act on the record; everything shown of it is read again. */
export function useRecordAct(done: () => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  const { t } = useTranslation('cluster');
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body?: object }) => api.post(`${ROOT}${path}`, body ?? {}),
    onSuccess: () => {
      notice.done(t('record.done'));
      void queries.invalidateQueries({ queryKey: [KEY] });
      done();
    },
    onError: notice.failed,
  });
}

export function nameOf({ name, nameZh }: { name: string; nameZh: string | null }): string {
  return language() === 'zh' ? (nameZh ?? name) : name;
}

/** A role is told in words, an organization by its name. */
export function useOwnerWords(): (name: { en: string; zh: string }) => string {
  const { t } = useTranslation('kernel');
  return (name) => t(`roles.${name[language()]}`, { defaultValue: name[language()] });
}

export function kindOf(kind: ThingKind): string {
  return KINDS[kind][language()];
}

export function propertyName(property: string): string {
  return PROPERTIES[property]?.[language()] ?? property;
}

/** The predicate as it reads from this end. */
export function predicateName(predicate: string, way: 'out' | 'in'): string {
  const found = PREDICATES[predicate];
  return (way === 'out' ? found : found?.back)?.[language()] ?? predicate;
}

export function sourceTitle({ title, titleZh }: Source): string {
  return language() === 'zh' ? (titleZh ?? title) : title;
}
