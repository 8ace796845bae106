import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, Go, type StartCard } from '../shell/index.ts';
import { Failure, Figures, Loading, Panel, Sparkline } from '../ui/index.ts';
import { Minutes } from './minutes.tsx';
import type { Operations } from './model.ts';

const AGAIN_MS = 60_000;

export const cards: readonly StartCard[] = [
  { order: 10, wide: true, permission: 'laboratory.operations.read', Card: Today },
];

/** The region's day in numbers and the shape of its hours. */
function Today() {
  const { t, i18n } = useTranslation('operations');
  const query = useQuery({
    queryKey: ['operations-today'],
    queryFn: ({ signal }) => api.get<Operations>('/api/laboratory/operations', { signal }),
    refetchInterval: AGAIN_MS,
  });
  if (query.isPending) return <Loading lines={3} />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { today, hourly } = query.data;
  const counted = (key: 'orders' | 'samples' | 'results' | 'inTransit' | 'alarms') => ({
    label: t(key),
    value: today[key].toLocaleString(i18n.language),
  });
  return (
    <Panel title={t('startTitle')} actions={<Go to="/operations">{t('openMap')}</Go>}>
      <Figures
        figures={[
          counted('orders'),
          counted('samples'),
          counted('results'),
          counted('inTransit'),
          { label: t('startTurnaround'), value: <Minutes of={today.turnaroundMedianMin} /> },
          { ...counted('alarms'), ...(today.alarms > 0 && { tone: 'danger' as const }) },
        ]}
      />
      <div className="start-spark">
        <Sparkline values={hourly.map(({ results }) => results)} label={t('perHour', { what: t('results') })} />
      </div>
      <small className="quiet">{t('perHour', { what: t('results') })}</small>
    </Panel>
  );
}
