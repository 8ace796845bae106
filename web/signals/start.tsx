import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../../src/modules/signals/model.ts';
import { api, Go, type StartCard } from '../shell/index.ts';
import { Failure, Loading, Panel, ShortList, StatusTag } from '../ui/index.ts';
import { OPEN_STATES, STATE_TONES, useSubject } from './desk-ask.ts';
import { Notices } from './notices.tsx';

const FEW = 6;

export const cards: readonly StartCard[] = [
  { order: 1, permission: 'signals.watch', wide: true, Card: Notices },
  { order: 12, permission: 'signals.alarm.work', Card: OpenAlarms },
];

/** The alarms that wait for somebody. */
function OpenAlarms() {
  const { t } = useTranslation('signals');
  const subjectOf = useSubject();
  const query = useQuery({
    queryKey: ['signals', 'alarms', 'few'],
    queryFn: ({ signal }) =>
      api.get<{ alarms: Alarm[] }>('/api/signals/alarms', { query: { state: OPEN_STATES }, signal }),
  });
  return (
    <Panel title={t('alarms.title')} actions={<Go to="/signals/alarms">{t('alarms.all')}</Go>}>
      {query.isPending && <Loading lines={4} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('alarms.none')}
          items={query.data.alarms.slice(0, FEW).map((alarm) => ({
            id: alarm.id,
            title: <Go to={`/signals/alarms/${alarm.id}`}>{subjectOf(alarm)}</Go>,
            tag: <StatusTag tone={STATE_TONES[alarm.state]}>{t(`alarms.states.${alarm.state}`)}</StatusTag>,
            by: `${t('alarms.cases')}: ${alarm.cases}`,
            at: alarm.updatedAt,
          }))}
        />
      )}
    </Panel>
  );
}
