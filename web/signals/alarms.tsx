import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../../src/modules/signals/model.ts';
import { api, Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Page, StatusTag, Time } from '../ui/index.ts';
import { OPEN_STATES, STATE_TONES, useSubject } from './desk-ask.ts';
import { Notices } from './notices.tsx';

/** What waits for somebody, the newest first. */
export default function Alarms() {
  const { t } = useTranslation('signals');
  const [state, setState] = useAddressValue('state', 'open');
  const subjectOf = useSubject();
  return (
    <Page title={t('alarms.title')} about={t('alarms.about')}>
      <Notices />
      <DataTable<Alarm>
        name="alarms"
        label={t('alarms.title')}
        rowKey={({ id }) => id}
        emptyText={state === 'open' ? t('alarms.none') : t('alarms.empty')}
        filters={
          <Segmented
            aria-label={t('alarms.state')}
            value={state}
            onChange={(value) => setState(String(value))}
            options={[
              { value: 'open', label: t('alarms.open') },
              { value: 'closed', label: t('alarms.states.closed') },
              { value: 'all', label: t('alarms.all') },
            ]}
          />
        }
        columns={[
          {
            key: 'subject',
            title: t('alarms.subject'),
            value: subjectOf,
            render: (alarm) => <Go to={`/signals/alarms/${alarm.id}`}>{subjectOf(alarm)}</Go>,
            phoneTitle: true,
          },
          {
            key: 'state',
            title: t('alarms.state'),
            value: (alarm) => t(`alarms.states.${alarm.state}`),
            render: (alarm) => (
              <StatusTag tone={STATE_TONES[alarm.state]}>{t(`alarms.states.${alarm.state}`)}</StatusTag>
            ),
          },
          { key: 'kind', title: t('alarms.kind'), value: ({ kind }) => t(`alarms.kinds.${kind}`) },
          { key: 'cases', title: t('alarms.cases'), value: ({ cases }) => cases, end: true },
          { key: 'first', title: t('alarms.since'), value: ({ first }) => first },
          { key: 'last', title: t('alarms.last'), value: ({ last }) => last },
          {
            key: 'by',
            title: t('alarms.by'),
            value: ({ grounds }) => grounds.map(groundName).join(', '),
          },
          {
            key: 'changed',
            title: t('alarms.changed'),
            value: ({ updatedAt }) => new Date(updatedAt),
            render: ({ updatedAt }) => <Time at={updatedAt} />,
          },
        ]}
        source={{
          queryKey: ['signals', 'alarms', state],
          load: async (_, signal) => {
            const query = state === 'all' ? {} : { state: state === 'closed' ? 'closed' : OPEN_STATES };
            const { alarms } = await api.get<{ alarms: Alarm[] }>('/api/signals/alarms', { query, signal });
            return { rows: alarms };
          },
        }}
      />
    </Page>
  );
}

/** `ears C1`, as the field writes it. */
function groundName({ method, rule }: Alarm['grounds'][number]): string {
  const type = rule['type'];
  return typeof type === 'string' ? `${method.toUpperCase()} ${type}` : method;
}
