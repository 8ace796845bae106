import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { NegotiationState, NegotiationStep } from '#standards/dataspace';
import type {
  NegotiationLine,
  NegotiationPage,
  PolicyJson,
  Transfer,
  Words,
} from '../../src/modules/exchange/model.ts';
import { api, useGo } from '../shell/index.ts';
import { type Tone, useNotice } from '../ui/index.ts';

const ROOT = '/api/exchange/negotiations';
const POLL_MS = 3_000;

export const NEGOTIATION_TONES: Readonly<Record<NegotiationState, Tone>> = {
  REQUESTED: 'info',
  OFFERED: 'info',
  ACCEPTED: 'info',
  AGREED: 'primary',
  VERIFIED: 'primary',
  FINALIZED: 'good',
  TERMINATED: 'neutral',
};

export function isOver(state: NegotiationState): boolean {
  return state === 'FINALIZED' || state === 'TERMINATED';
}

export function useNegotiations(state: string) {
  return useQuery({
    queryKey: ['exchange', 'negotiations', state],
    queryFn: ({ signal }) =>
      api.get<{ negotiations: NegotiationLine[] }>(ROOT, { signal, ...(state !== '' && { query: { state } }) }),
  });
}

export function useNegotiation(id: string) {
  return useQuery({
    queryKey: ['exchange', 'negotiation', id],
    queryFn: ({ signal }) => api.get<NegotiationPage>(`${ROOT}/${id}`, { signal }),
    // The other side answers, and some steps follow by themselves.
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isOver(data.negotiation.state) && !data.transfers.some(isOnItsWay) ? false : POLL_MS,
  });
}

function isOnItsWay({ state, trouble }: Transfer): boolean {
  return state === 'REQUESTED' && trouble === null;
}

interface Stepping {
  step: NegotiationStep;
  offer?: PolicyJson;
  reason?: string;
}

/** Takes a step in the negotiation as it was looked at. */
export function useStep({ negotiation: { id, revision } }: NegotiationPage, done: () => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: (step: Stepping) => api.post<NegotiationPage>(`${ROOT}/${id}/steps`, { ...step, revision }),
    onSuccess: (page) => {
      queries.setQueryData(['exchange', 'negotiation', id], page);
      void queries.invalidateQueries({ queryKey: ['exchange', 'negotiations'] });
      done();
    },
    onError: (error) => {
      notice.failed(error);
      void queries.invalidateQueries({ queryKey: ['exchange', 'negotiation', id] });
    },
  });
}

/** Opens a negotiation and goes to it. */
export function useOpening() {
  const go = useGo();
  const notice = useNotice();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { offering: string; offer: PolicyJson; counterparty?: string; title?: Words }) =>
      api.post<NegotiationPage>(ROOT, given),
    onSuccess: ({ negotiation }) => {
      void queries.invalidateQueries({ queryKey: ['exchange', 'negotiations'] });
      go(`/exchange/negotiations/${negotiation.id}`);
    },
    onError: notice.failed,
  });
}
