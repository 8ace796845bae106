import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { GateBudget, GateCheck, GateLine, GatePassage, GateReport } from '../../src/modules/exchange/model.ts';
import { api } from '../shell/index.ts';
import { type Tone, useNotice } from '../ui/index.ts';

const REPORTS = '/api/exchange/gate-reports';
const LOOK_MS = 2_000;

export function useGateReports(offering: string) {
  return useQuery({
    queryKey: ['exchange', 'gate-reports', offering],
    queryFn: ({ signal }) =>
      api.get<{ reports: GateLine[] }>(offering === '' ? REPORTS : `${REPORTS}?offering=${offering}`, { signal }),
  });
}

export function useGateReport(id: string) {
  return useQuery({
    queryKey: ['exchange', 'gate-report', id],
    queryFn: ({ signal }) => api.get<GateReport>(`${REPORTS}/${id}`, { signal }),
  });
}

/** What is on its way through the gate now. */
export function usePassages(offering: string) {
  return useQuery({
    queryKey: ['exchange', 'passages', offering],
    enabled: offering !== '',
    queryFn: ({ signal }) =>
      api.get<{ passages: GatePassage[] }>(`/api/exchange/offerings/${offering}/passages`, { signal }),
    refetchInterval: LOOK_MS,
  });
}

export function useEndPassages(offering: string) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: () => api.remove(`/api/exchange/offerings/${offering}/passages`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['exchange', 'passages', offering] }),
    onError: notice.failed,
  });
}

export function useGateBudget(offering: string) {
  return useQuery({
    queryKey: ['exchange', 'budget', offering],
    queryFn: ({ signal }) => api.get<GateBudget>(`/api/exchange/offerings/${offering}/budget`, { signal }),
  });
}

export const CHECK_TONES: Record<GateCheck['verdict'], Tone> = {
  passed: 'good',
  mended: 'warning',
  failed: 'danger',
  'not-applicable': 'neutral',
};

/** Numbers as people of this language write them. */
export function useNumber(): (value: number, digits?: number) => string {
  const { i18n } = useTranslation();
  return (value, digits = 0) => value.toLocaleString(i18n.language, { maximumFractionDigits: digits });
}

/** Of a check: shares and distances in per cent, others as they are. */
export function useMeasure(): (name: string, value: number) => string {
  const number = useNumber();
  return (name, value) => (SHARES.has(name) ? `${number(100 * value, 1)} %` : number(value, 3));
}
const SHARES: ReadonlySet<string> = new Set(['largestUniqueShare', 'highestRisk', 'averageRisk', 'leftOut']);
