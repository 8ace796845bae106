import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type StockProjection, type StockView, USUAL_SCENARIO } from '../../src/modules/signals/model.ts';
import { api, useAddressValue } from '../shell/index.ts';

/** The numbers of a scenario, as the address holds them. */
export const SCENARIO_NUMBERS = ['peak', 'durationDays', 'reproduction', 'leadDays', 'horizonDays', 'service'] as const;
type ScenarioNumber = (typeof SCENARIO_NUMBERS)[number];

export interface Asked {
  query: Record<string, string>;
  set: (name: string, value: string) => void;
}

/** The scenario that the address asks for. */
export function useScenario(): Asked {
  const [kind, setKind] = useAddressValue('kind', USUAL_SCENARIO.kind);
  const [disease, setDisease] = useAddressValue('disease', '');
  const [withOrders, setWithOrders] = useAddressValue('withOrders', 'true');
  const usual = (name: ScenarioNumber) => String(USUAL_SCENARIO[name]);
  const numbers = {
    peak: useAddressValue('peak', usual('peak')),
    durationDays: useAddressValue('durationDays', usual('durationDays')),
    reproduction: useAddressValue('reproduction', usual('reproduction')),
    leadDays: useAddressValue('leadDays', usual('leadDays')),
    horizonDays: useAddressValue('horizonDays', usual('horizonDays')),
    service: useAddressValue('service', usual('service')),
  };
  const setters: Record<string, (value: string) => void> = {
    kind: setKind,
    disease: setDisease,
    withOrders: setWithOrders,
  };
  for (const name of SCENARIO_NUMBERS) setters[name] = numbers[name][1];
  const values = Object.fromEntries(SCENARIO_NUMBERS.map((name) => [name, numbers[name][0]]));
  return {
    query: { kind: kind === 'disease' && disease === '' ? 'base' : kind, disease, withOrders, ...values },
    set: (name, value) => setters[name]?.(value),
  };
}

export function useStocks({ query }: Asked) {
  return useQuery({
    queryKey: ['signals', 'stocks', query],
    queryFn: ({ signal }) => api.get<StockView>('/api/signals/stocks', { query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function useProjection({ query }: Asked, item: string, city: string) {
  return useQuery({
    queryKey: ['signals', 'stock', item, city, query],
    queryFn: ({ signal }) =>
      api.get<StockProjection>(`/api/signals/stocks/items/${encodeURIComponent(item)}`, {
        query: { ...query, city },
        signal,
      }),
    enabled: item !== '',
    placeholderData: keepPreviousData,
  });
}
