import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FundFigure, FundLine, FundPage } from '../../src/modules/cluster/model.ts';
import { api, language, useAddressValue } from '../shell/index.ts';
import { save, useNotice } from '../ui/index.ts';

const ROOT = '/api/cluster';

/** A choice that lives in the address as yes or nothing. */
export function AddressSwitch({ name, label }: { name: string; label: string }) {
  const [value, set] = useAddressValue(name);
  return (
    <span className="row">
      <Switch size="small" aria-label={label} checked={value === 'yes'} onChange={(on) => set(on ? 'yes' : '')} />
      {label}
    </span>
  );
}

/** Amounts of fen as people of this language write them: 4.80 billion yuan, 48.0亿元. */
export function useMoney(): (fen: number | null | undefined) => string {
  const { t } = useTranslation('cluster');
  return (fen) =>
    fen === null || fen === undefined
      ? t('funds.unknown')
      : t('funds.yuan', {
          amount: new Intl.NumberFormat(language(), { notation: 'compact', maximumFractionDigits: 3 }).format(
            fen / 100,
          ),
        });
}

const RATES: readonly string[] = ['netRate', 'grossRate', 'lnPme', 'pmePlus', 'directAlpha'];

export function percent(value: number, digits = 1): string {
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: digits }).format(value);
}

/** A multiple, a rate, or what it lacks. */
export function useFigureWords(): (figure: FundFigure, name: string) => string {
  const { t } = useTranslation('cluster');
  return (figure, name) => {
    const told = (value: number): string =>
      RATES.includes(name)
        ? percent(value, 2)
        : name === 'pic'
          ? percent(value)
          : `${value.toLocaleString(language(), { minimumFractionDigits: 2, maximumFractionDigits: 3 })} ×`;
    if ('value' in figure) return told(figure.value);
    if ('several' in figure) return t('funds.several', { rates: figure.several.map(told).join('; ') });
    return `${t('funds.unknown')}: ${figure.lacks.map((lack) => t(`funds.lacks.${lack}`)).join(', ')}`;
  };
}

export function useFunds(examples: boolean) {
  return useQuery({
    queryKey: ['cluster', 'funds', examples],
    queryFn: ({ signal }) =>
      api.get<{ funds: FundLine[]; mayCreate: boolean }>(`${ROOT}/funds`, {
        query: { examples: examples ? 'yes' : 'no' },
        signal,
      }),
  });
}

export function useFund(id: string, query: Record<string, string>) {
  return useQuery({
    queryKey: ['cluster', 'fund', id, query],
    queryFn: ({ signal }) => api.get<FundPage>(`${ROOT}/funds/${id}`, { query, signal }),
    placeholderData: (before) => (before?.id === id ? before : undefined),
  });
}

/** An act, after which everything of the cluster is read again. */
export function useClusterAct<G, A>(act: (given: G) => Promise<A>, done: (answer: A) => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: ['cluster'] });
      done(answer);
    },
    onError: notice.failed,
  });
}

/** Saves a file that the server makes. */
export function useSaved(name: string, path: string) {
  const notice = useNotice();
  return useMutation({ mutationFn: async () => save(name, await api.file(path)), onError: notice.failed });
}
