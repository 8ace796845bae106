import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type {
  AnswerValue,
  ApplicationAct,
  ApplicationLine,
  ApplicationPage,
  BothWords,
  EligibleLine,
  Navigator,
  Payer,
  Policy,
  PolicyPage,
  PolicyReach,
  Simulation,
  Variable,
} from '../../src/modules/cluster/model.ts';
import { api } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';

const [POLICIES, APPLICATIONS] = ['/api/cluster/policies', '/api/cluster/applications'];

export interface NavigatorAsk {
  enterprise: string;
  day: string;
  text: string;
}

export function useNavigator({ enterprise, day, text }: NavigatorAsk) {
  const query = Object.fromEntries(Object.entries({ enterprise, day, text }).filter(([, value]) => value !== ''));
  return useQuery({
    queryKey: ['cluster', 'policies', enterprise, day, text],
    queryFn: ({ signal }) => api.get<Navigator>(POLICIES!, { query, signal }),
    placeholderData: (before) => before,
  });
}

/** The answer is kept, and everything that hangs on it is read again. */
export function useAnswer() {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: (given: { enterprise: string; name: string; value: AnswerValue | null }) =>
      api.post<Navigator>(`${POLICIES}/answers`, given),
    onSuccess: () =>
      Promise.all(
        ['policies', 'application'].map((part) => queries.invalidateQueries({ queryKey: ['cluster', part] })),
      ),
    onError: notice.failed,
  });
}

export function usePolicy(id: string) {
  return useQuery({
    queryKey: ['cluster', 'policy', id],
    queryFn: ({ signal }) => api.get<PolicyPage>(`${POLICIES}/${id}`, { signal }),
  });
}

/** An act on a policy, whose answer is the policy as it then is. */
export function usePolicyAct<T>(id: string, act: (given: T) => Promise<PolicyPage>, done: (page: PolicyPage) => void) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: (page) => {
      queries.setQueryData(['cluster', 'policy', id], page);
      done(page);
    },
    onError: notice.failed,
  });
}

export const policyActs = {
  simulate: (id: string, given: { clause: unknown; examples: boolean }) =>
    api.post<Simulation>(`${POLICIES}/${id}/simulate`, given),
  amend: (id: string, given: object) => api.post<PolicyPage>(`${POLICIES}/${id}/versions`, given),
  guide: (id: string, version: number) => api.post<PolicyPage>(`${POLICIES}/${id}/versions/${version}/guide`),
  match: () => api.post<{ reach: PolicyReach }>(`${POLICIES}/match`),
  eligible: (
    id: string,
    clause: string,
    query: { verdict: string; limit: number; offset: number },
    signal: AbortSignal,
  ) => api.get<{ enterprises: EligibleLine[] }>(`${POLICIES}/${id}/${clause}/enterprises`, { query, signal }),
};

export interface ApplicationList {
  applications: ApplicationLine[];
  total: number;
  isDesk: boolean;
  titles: Record<string, { policy: BothWords; clause: BothWords }>;
}

export const applicationActs = {
  begin: (given: { enterprise: string; policy: string; clause: string; matter: string }) =>
    api.post<ApplicationPage>(APPLICATIONS!, given),
  list: (query: Record<string, string | number>, signal: AbortSignal) =>
    api.get<ApplicationList>(APPLICATIONS!, { query, signal }),
  act: (
    id: string,
    given: { act: ApplicationAct; revision: number; words: string; amount?: number; payer?: Payer; reference?: string },
  ) => api.post<ApplicationPage>(`${APPLICATIONS}/${id}/acts`, given),
  add: (id: string, given: { name: string; fileName: string; media: string; content: string }) =>
    api.post<ApplicationPage>(`${APPLICATIONS}/${id}/files`, given),
  file: (id: string, file: string) => api.file(`${APPLICATIONS}/${id}/files/${file}`),
};

export function useApplication(id: string) {
  return useQuery({
    queryKey: ['cluster', 'application', id],
    queryFn: ({ signal }) => api.get<ApplicationPage>(`${APPLICATIONS}/${id}`, { signal }),
  });
}

export function useApplicationAct<T>(id: string, act: (given: T) => Promise<ApplicationPage>) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: (page) => {
      queries.setQueryData(['cluster', 'application', id], page);
      void queries.invalidateQueries({ queryKey: ['cluster', 'applications'] });
      void queries.invalidateQueries({ queryKey: ['cluster', 'policies'] });
    },
    onError: notice.failed,
  });
}

/** A text in the person's language. */
export function useBoth(): (words: BothWords) => string {
  const { i18n } = useTranslation();
  return (words) => (i18n.language.startsWith('zh') ? words.zh : words.en);
}

/** Fen as yuan; parts of a yuan only where there are some. */
export function useYuan(): (fen: number) => string {
  const { i18n } = useTranslation();
  return (fen) => {
    const digits = fen % 100 === 0 ? 0 : 2;
    return new Intl.NumberFormat(i18n.language, {
      style: 'currency',
      currency: 'CNY',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    } as Intl.NumberFormatOptions).format(fen / 100);
  };
}

/** Fen as yuan in few characters, for big figures. */
export function useRoundYuan(): (fen: number) => string {
  const { i18n } = useTranslation();
  return (fen) =>
    new Intl.NumberFormat(i18n.language, {
      style: 'currency',
      currency: 'CNY',
      currencyDisplay: 'narrowSymbol',
      notation: 'compact',
      maximumFractionDigits: 2,
    } as Intl.NumberFormatOptions).format(fen / 100);
}

/** An answer as people read it. */
export function useAnswerWords(): (variable: Variable | undefined, value: AnswerValue | undefined) => string {
  const { t, i18n } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  return (variable, value) => {
    if (value === undefined) return '–';
    if (typeof value === 'boolean') return t(value ? 'policies.yesWord' : 'policies.noWord');
    if (variable?.type === 'money') return yuan(value as number);
    if (variable?.type === 'code') {
      const option = variable.options?.find((each) => each.value === value);
      return option === undefined ? String(value) : both(option);
    }
    const number = new Intl.NumberFormat(i18n.language).format(value as number);
    return variable?.unit === undefined ? number : `${number} ${variable.unit === 'm2' ? 'm²' : variable.unit}`;
  };
}

export function policyOf(policies: readonly Policy[], id: string): Policy {
  return policies.find((policy) => policy.id === id)!;
}
