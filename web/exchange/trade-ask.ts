import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  ApiKey,
  Books,
  Order,
  OrderLine,
  OrderMove,
  OrderPage,
  OrderSide,
  OrderState,
  Payment,
  Revenue,
  StatementLine,
  TraceReport,
  TradeTerms,
  Wallet,
} from '../../src/modules/exchange/model.ts';
import { api } from '../shell/index.ts';
import { type Tone, useNotice } from '../ui/index.ts';

const ROOT = '/api/exchange';
const WAIT_MS = 2_000;

export const ORDER_TONES: Readonly<Record<OrderState, Tone>> = {
  requested: 'info',
  negotiating: 'info',
  agreed: 'warning',
  funded: 'primary',
  delivering: 'primary',
  delivered: 'warning',
  accepted: 'good',
  disputed: 'danger',
  settled: 'good',
  certified: 'good',
  refunded: 'neutral',
  expired: 'neutral',
  revoked: 'danger',
  cancelled: 'neutral',
};

export function useOrders(side: OrderSide, state: string) {
  const query = { side, limit: '200', ...(state !== '' && { state }) };
  return useQuery({
    queryKey: ['exchange', 'orders', side, state],
    queryFn: ({ signal }) => api.get<{ orders: OrderLine[]; total: number }>(`${ROOT}/orders`, { query, signal }),
  });
}

export function useOrder(id: string) {
  return useQuery({
    queryKey: ['exchange', 'order', id],
    queryFn: ({ signal }) => api.get<OrderPage>(`${ROOT}/orders/${id}`, { signal }),
    // What goes on by itself: a push on its way.
    refetchInterval: ({ state: { data } }) =>
      data?.deliveries.some(({ state }) => state === 'waiting') ? WAIT_MS : false,
  });
}

/** An act whose answer is the order as it then is; a refused one shows the order as it is now. */
export function useOrderAct<T>(act: (given: T) => Promise<OrderPage>, done: (page: OrderPage) => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  const stale = () => {
    void queries.invalidateQueries({ queryKey: ['exchange', 'orders'] });
    void queries.invalidateQueries({ queryKey: ['exchange', 'wallet'] });
  };
  return useMutation({
    mutationFn: act,
    onSuccess: (page) => {
      queries.setQueryData(['exchange', 'order', page.order.id], page);
      stale();
      done(page);
    },
    onError: (error) => {
      notice.failed(error);
      void queries.invalidateQueries({ queryKey: ['exchange', 'order'] });
      stale();
    },
  });
}

export const trade = {
  order: (wish: {
    offering: string;
    price: number;
    purpose: string;
    periods?: number;
    budgetFen?: number;
    key: string;
    agreement?: string;
  }) => api.post<OrderPage>(`${ROOT}/orders`, wish),
  move: (
    { id, revision }: Pick<Order, 'id' | 'revision'>,
    move: OrderMove,
    given: { words?: string; fen?: number } = {},
  ) => api.post<OrderPage>(`${ROOT}/orders/${id}/moves/${move}`, { revision, ...given }),
  declare: ({ id, revision }: Pick<Order, 'id' | 'revision'>, fen: number) =>
    api.post<OrderPage>(`${ROOT}/orders/${id}/revenue`, { fen, revision }),
  deliver: (id: string, given: { way: 'download' | 'push'; address?: string }) =>
    api.post<OrderPage>(`${ROOT}/orders/${id}/deliveries`, given),
  link: (id: string, delivery: string) =>
    api.post<{ path: string; until: string }>(`${ROOT}/orders/${id}/deliveries/${delivery}/link`),
  makeKey: (id: string, name: string) =>
    api.post<{ key: string; keys: ApiKey[] }>(`${ROOT}/orders/${id}/keys`, { name }),
  endKey: (id: string, key: string) => api.remove<{ keys: ApiKey[] }>(`${ROOT}/orders/${id}/keys/${key}`),
  quota: (id: string, quota: { callsAMinute: number; callsAMonth: number }) =>
    api.put<OrderPage>(`${ROOT}/orders/${id}/quota`, quota),
  topUp: (given: { fen: number; outcome: string; key: string }) => api.post<Wallet>(`${ROOT}/wallet/top-ups`, given),
  payOut: (given: { fen: number; outcome: string; purpose: string; key: string }) =>
    api.post<Wallet>(`${ROOT}/wallet/pay-outs`, given),
  setTerms: (terms: TradeTerms) => api.put<TradeTerms>(`${ROOT}/terms`, terms),
  trace: (given: { offering: string; csv: string }) => api.post<TraceReport>(`${ROOT}/traces`, given),
};

export function useWallet() {
  return useQuery({
    queryKey: ['exchange', 'wallet'],
    queryFn: ({ signal }) => api.get<Wallet>(`${ROOT}/wallet`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data?.payments.some(({ state }) => state === 'waiting') ? WAIT_MS : false,
  });
}

export function useStatement(since: string) {
  return useQuery({
    queryKey: ['exchange', 'wallet', 'statement', since],
    queryFn: ({ signal }) =>
      api.get<{ lines: StatementLine[] }>(`${ROOT}/statement`, { query: since === '' ? {} : { since }, signal }),
  });
}

export function useRevenue(since: string, all: boolean) {
  return useQuery({
    queryKey: ['exchange', 'revenue', since, all],
    queryFn: ({ signal }) =>
      api.get<Revenue>(`${ROOT}/revenue`, { query: { ...(since !== '' && { since }), all: String(all) }, signal }),
  });
}

export function usePayments() {
  return useQuery({
    queryKey: ['exchange', 'payments'],
    queryFn: ({ signal }) =>
      api.get<{ payments: Payment[]; books: Books; terms: TradeTerms }>(`${ROOT}/payments`, { signal }),
  });
}

/** Made once for what a person fills in: sent again it is the same wish. `crypto.randomUUID` is missing on pages that came over plain HTTP. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
