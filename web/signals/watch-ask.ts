import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import facts from '../../facts/case-definitions.json' with { type: 'json' };
import {
  type CaseDefinition,
  type DefinitionPage,
  type DefinitionState,
  type DiseaseCurve,
  type DiseaseLine,
  factsOf,
  type WatchRule,
  type WatchRun,
} from '../../src/modules/signals/model.ts';
import { api, language } from '../shell/index.ts';

const LOOK_MS = 60_000;

export function useDefinitions() {
  return useQuery({
    queryKey: ['signals', 'definitions'],
    queryFn: ({ signal }) => api.get<{ definitions: DefinitionState[] }>('/api/signals/definitions', { signal }),
    staleTime: LOOK_MS,
  });
}

export function useDefinitionPage(id: string) {
  return useQuery({
    queryKey: ['signals', 'definitions', id],
    queryFn: ({ signal }) => api.get<DefinitionPage>(`/api/signals/definitions/${encodeURIComponent(id)}`, { signal }),
  });
}

const SHIPPED = facts.definitions as unknown as readonly CaseDefinition[];

/** A disease's definition as it stands; until it is read, as the program came with it, so that a name is there at once. */
export function useDefinitionOf(): (disease: string | undefined) => CaseDefinition | undefined {
  const { data } = useDefinitions();
  return (disease) =>
    data?.definitions.find(({ definition }) => definition.id === disease)?.definition ??
    SHIPPED.find(({ id }) => id === disease);
}

export interface Overview {
  diseases: DiseaseLine[];
  runs: WatchRun[];
  lagSeconds: number;
}

export function useDiseases() {
  return useQuery({
    queryKey: ['signals', 'diseases'],
    queryFn: ({ signal }) => api.get<Overview>('/api/signals/diseases', { signal }),
    refetchInterval: LOOK_MS,
  });
}

export interface CurveFilter {
  place: string;
  unit: string;
  since: string;
  until: string;
}

export function useCurve(disease: string, filter: CurveFilter) {
  return useQuery({
    queryKey: ['signals', 'curve', disease, filter],
    queryFn: ({ signal }) =>
      api.get<DiseaseCurve>(`/api/signals/diseases/${encodeURIComponent(disease)}`, { query: { ...filter }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
}

export function named({ en, zh }: { en: string; zh: string }): string {
  return language() === 'zh' ? zh : en;
}

/** The program came with version 0. */
export function useVersionName(): (version: number) => string {
  const { t } = useTranslation('signals');
  return (version) => (version === 0 ? t('definitions.shipped') : String(version));
}

/** What a rule is called. */
export function useRuleName(): (rule: WatchRule) => string {
  const { t } = useTranslation('signals');
  return (rule) => t(`disease.rules.${rule.method}`, factsOf(rule));
}

/** Below it a number is written with its power of ten. */
const TINY = 0.001;

/** A number as it is written in the person's language, with three digits that say something. */
export function useNumber(): (value: number) => string {
  const { i18n } = useTranslation();
  return (value) =>
    new Intl.NumberFormat(i18n.language, {
      maximumSignificantDigits: 3,
      ...(value !== 0 && Math.abs(value) < TINY && { notation: 'scientific' }),
    }).format(value);
}
