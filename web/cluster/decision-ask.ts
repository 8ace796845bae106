import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DecisionLine, DecisionPage, Trial } from '../../src/modules/cluster/model.ts';
import { api, useGo } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';

const ROOT = '/api/cluster/decisions';

export function useDecisions() {
  return useQuery({
    queryKey: ['cluster', 'decisions'],
    queryFn: ({ signal }) => api.get<{ decisions: DecisionLine[]; mayWrite: boolean }>(ROOT, { signal }),
  });
}

/** @param version empty: the newest */
export function useDecision(id: string, version: string, isAsked = true) {
  return useQuery({
    queryKey: ['cluster', 'decision', id, version],
    queryFn: ({ signal }) =>
      api.get<DecisionPage>(`${ROOT}/${id}${version === '' ? '' : `?version=${version}`}`, { signal }),
    enabled: isAsked,
  });
}

export const decision = {
  add: (content: string) => api.post<DecisionPage>(ROOT, { content }),
  example: () => api.post<DecisionPage>(`${ROOT}/example`),
  change: (id: string, content: string, version: number) =>
    api.post<DecisionPage>(`${ROOT}/${id}/versions`, { content, version }),
  attempt: (id: string, version: number, inputs: Record<string, unknown>) =>
    api.post<Trial>(`${ROOT}/${id}/try`, { version, inputs }),
};

export function fileOf(id: string, version: number): string {
  return `${ROOT}/${id}/file?version=${version}`;
}

/** An act whose answer is a model's page, which is then opened. */
export function useDecisionAct<T>(act: (given: T) => Promise<DecisionPage>) {
  const queries = useQueryClient();
  const notice = useNotice();
  const go = useGo();
  return useMutation({
    mutationFn: act,
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['cluster', 'decision', id] });
      void queries.invalidateQueries({ queryKey: ['cluster', 'decisions'] });
      go(`/cluster/decisions/${id}`);
    },
    onError: notice.failed,
  });
}
