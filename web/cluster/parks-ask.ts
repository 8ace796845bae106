import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type {
  FoundSpace,
  GivenFigures,
  ParkNotice,
  ParkSpace,
  PipelineForecast,
  PipelineFunnel,
  Portal,
  ProjectLine,
  ProjectPage,
  ProjectStage,
  RelayLine,
  RelayPage,
  ResourceRequest,
  TenantRequest,
  TenantRequestPage,
  ThingName,
  UnitState,
} from '../../src/modules/cluster/model.ts';
import { api } from '../shell/index.ts';
import { type Tone, useNotice } from '../ui/index.ts';

const ROOT = '/api/cluster';
type Query = Record<string, string>;

export const STAGE_TONES: Readonly<Record<ProjectStage, Tone>> = {
  reserved: 'neutral',
  negotiating: 'info',
  key: 'warning',
  signed: 'primary',
  building: 'primary',
  producing: 'good',
  lost: 'danger',
};
export const UNIT_TONES: Readonly<Record<UnitState, Tone>> = {
  let: 'good',
  ending: 'warning',
  reserved: 'info',
  free: 'neutral',
};

const read = <T>(key: readonly unknown[], path: string, query: Query = {}, enabled = true) => ({
  queryKey: ['cluster', ...key, query],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.get<T>(`${ROOT}${path}`, { query, signal }),
  enabled,
});

export const useProjects = (query: Query) =>
  useQuery(read<{ projects: ProjectLine[]; parks: ThingName[]; examples: boolean }>(['projects'], '/projects', query));
export const useFunnel = (query: Query) => useQuery(read<PipelineFunnel>(['funnel'], '/projects/funnel', query));
export const useForecast = (query: Query) =>
  useQuery({
    ...read<PipelineForecast>(['forecast'], '/projects/forecast', query),
    placeholderData: (before) => before,
  });
export const useProject = (id: string) => useQuery(read<ProjectPage>(['project', id], `/projects/${id}`));
export const useParks = () => useQuery(read<{ parks: (ThingName & { units: number })[] }>(['parks'], '/parks'));
export const useParkSpace = (id: string) => useQuery(read<ParkSpace>(['park', id], `/parks/${id}/space`));
export const useParkDesk = (id: string, enabled: boolean) =>
  useQuery(
    read<{ requests: TenantRequest[]; notices: ParkNotice[]; figures: GivenFigures[] }>(
      ['desk', id],
      `/parks/${id}/desk`,
      {},
      enabled,
    ),
  );
export const useSpace = (query: Query, enabled: boolean) =>
  useQuery({
    ...read<FoundSpace>(['space'], '/space', query, enabled),
    placeholderData: (before) => before,
  });
export const usePortal = () => useQuery(read<Portal>(['portal'], '/portal'));
export const useRequest = (id: string) =>
  useQuery(read<TenantRequestPage>(['request', id], `/requests/${id}`, {}, id !== ''));
export const useRelays = () =>
  useQuery(read<{ relays: RelayLine[]; asked: ResourceRequest[]; owners: ThingName[] }>(['relays'], '/relay'));
export const useRelay = (id: string) => useQuery(read<RelayPage>(['relay', id], `/relay/${id}`));
/** Things of these kinds on record, to choose from. */
export const useThings = (kind: string, enabled = true) =>
  useQuery(
    read<{ things: ThingName[] }>(['things', kind], '/things', { kind, limit: '200', examples: 'yes' }, enabled),
  );

export const send = {
  post: <T = unknown>(path: string, body: unknown = {}) => api.post<T>(`${ROOT}${path}`, body),
  put: <T = unknown>(path: string, body: unknown) => api.put<T>(`${ROOT}${path}`, body),
};

/** An act, after which everything of the cluster is read again. */
export function useAct<G, T>(act: (given: G) => Promise<T>, done: (answer: T) => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  const stale = () => queries.invalidateQueries({ queryKey: ['cluster'] });
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      void stale();
      done(answer);
    },
    onError: (error) => {
      notice.failed(error);
      void stale();
    },
  });
}

/** Numbers, areas and money as people of this language write them; what is unknown is said to be. */
export function useAmounts() {
  const { t, i18n } = useTranslation('cluster');
  const isChinese = i18n.language.startsWith('zh');
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(i18n.language, { maximumFractionDigits: digits }).format(value);
  const or = <T>(value: T | null | undefined, show: (value: T) => string) =>
    value === null || value === undefined ? t('parks.unknown') : show(value);
  return {
    number: (value: number | null | undefined, digits = 0) => or(value, (known) => number(known, digits)),
    area: (value: number | null | undefined) => or(value, (known) => `${number(known)} m²`),
    percent: (value: number | null | undefined) =>
      or(value, (known) => `${number(known * 100, known < 0.1 ? 1 : 0)} %`),
    yuan: (fen: number | null | undefined) => or(fen, (known) => `¥${number(known / 100, 2)}`),
    /** In millions, or in 亿 and 万. */
    money: (fen: number | null | undefined) =>
      or(fen, (known) => {
        const yuan = known / 100;
        if (isChinese)
          return Math.abs(yuan) >= 1e8
            ? `${number(yuan / 1e8, 2)} 亿元`
            : `${number(yuan / 1e4, yuan < 1e5 ? 1 : 0)} 万元`;
        if (Math.abs(yuan) < 1e6) return `¥${number(yuan)}`;
        return Math.abs(yuan) >= 1e9 ? `¥${number(yuan / 1e9, 2)} bn` : `¥${number(yuan / 1e6, 1)} m`;
      }),
    named: ({ name, nameZh }: { name: string; nameZh?: string | null }) => (isChinese && nameZh ? nameZh : name),
  };
}

export function today(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}
