import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  CatalogueElsewhere,
  ConnectorTrial,
  Counterparty,
  NegotiationPage,
} from '../../src/modules/exchange/model.ts';
import { api } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';

const ROOT = '/api/exchange';
const LIST = ['exchange', 'connectors'];

export function useConnectors() {
  return useQuery({
    queryKey: LIST,
    queryFn: ({ signal }) => api.get<{ connectors: Counterparty[] }>(`${ROOT}/connectors`, { signal }),
  });
}

export const connectors = {
  enter: (given: { name: string; address: string; authorization?: string }) =>
    api.post<{ id: string; token: string }>(`${ROOT}/connectors`, given),
  authorize: (id: string, authorization: string | null) =>
    api.put<void>(`${ROOT}/connectors/${id}/authorization`, { authorization }),
  end: (id: string) => api.remove<void>(`${ROOT}/connectors/${id}`),
  test: (id: string) => api.post<{ trials: ConnectorTrial[] }>(`${ROOT}/connectors/${id}/test`, {}),
};

/** One act of the operator; the list is read again after it. */
export function useConnectorAct<Given, Answer>(
  act: (given: Given) => Promise<Answer>,
  done?: (answer: Answer) => void,
) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: LIST });
      done?.(answer);
    },
    onError: notice.failed,
  });
}

/** Connectors whose catalogue may be asked for. */
export function useElsewhere() {
  return useQuery({
    queryKey: ['exchange', 'elsewhere'],
    queryFn: ({ signal }) =>
      api.get<{ connectors: Pick<Counterparty, 'id' | 'name'>[] }>(`${ROOT}/elsewhere`, { signal }),
  });
}

export function useCatalogueElsewhere(id: string, text: string) {
  return useQuery({
    queryKey: ['exchange', 'elsewhere', id, text],
    queryFn: ({ signal }) =>
      api.get<CatalogueElsewhere>(`${ROOT}/elsewhere/${id}`, { signal, ...(text !== '' && { query: { text } }) }),
    // The other connector is asked once, not again and again.
    retry: false,
    refetchOnWindowFocus: false,
  });
}

/** Fetches under an agreement with another connector, and says what became of it. */
export function useTransferAct(negotiation: string) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: (act?: { transfer: string; step: 'complete' | 'terminate'; revision: number }) => {
      const root = `${ROOT}/negotiations/${negotiation}/transfers`;
      if (act === undefined) return api.post<NegotiationPage>(root, {});
      const { transfer, ...step } = act;
      return api.post<NegotiationPage>(`${root}/${transfer}/steps`, step);
    },
    onSuccess: (page) => queries.setQueryData(['exchange', 'negotiation', negotiation], page),
    onError: (error) => {
      notice.failed(error);
      void queries.invalidateQueries({ queryKey: ['exchange', 'negotiation', negotiation] });
    },
  });
}
