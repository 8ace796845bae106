import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm, Wire } from '../../src/modules/custody/model.ts';
import { api, Go, useAddressValue, useSession } from '../shell/index.ts';
import { DataTable, Page, StatusTag, Time, useAsk, useNotice } from '../ui/index.ts';
import { ALARM_TONES, degrees } from './words.ts';

type Line = Wire<Alarm> & { label: string };
const KEY = 'alarms';

/** Alarms of all boxes: what is open first asks for somebody. */
export default function Alarms() {
  const { t } = useTranslation('custody');
  const [state, setState] = useAddressValue('state', 'open');
  return (
    <Page title={t('alarms.title')} about={t('alarms.about')}>
      <DataTable<Line>
        name="alarms"
        label={t('alarms.title')}
        rowKey={({ id }) => id}
        emptyText={t('alarms.empty')}
        filters={
          <Segmented
            aria-label={t('alarms.state')}
            value={state}
            onChange={(value) => setState(String(value))}
            options={(['open', 'acknowledged', 'closed'] as const).map((value) => ({
              value,
              label: t(`alarms.states.${value}`),
            }))}
          />
        }
        columns={[
          {
            key: 'thing',
            title: t('alarms.thing'),
            value: ({ label }) => label,
            phoneTitle: true,
            render: ({ part, label }) =>
              part.includes('/8003/') ? <Go to={`/custody/boxes/${encodeURIComponent(part)}`}>{label}</Go> : label,
          },
          { key: 'rule', title: t('alarms.rule'), value: ({ rule }) => t(`rules.${rule}`, { defaultValue: rule }) },
          {
            key: 'temperature',
            title: t('alarms.temperature'),
            value: ({ temperatureC }) => degrees(temperatureC),
            end: true,
          },
          { key: 'minutes', title: t('alarms.minutes'), value: ({ minutes }) => Math.round(minutes), end: true },
          {
            key: 'raised',
            title: t('alarms.raised'),
            value: ({ raisedAt }) => new Date(raisedAt),
            render: ({ raisedAt }) => <Time at={raisedAt} />,
          },
          {
            key: 'state',
            title: t('alarms.state'),
            value: (alarm) => t(`alarms.states.${alarm.state}`),
            render: (alarm) => (
              <StatusTag tone={ALARM_TONES[alarm.state]}>{t(`alarms.states.${alarm.state}`)}</StatusTag>
            ),
          },
          { key: 'why', title: t('alarms.why'), value: ({ closedWhy }) => closedWhy },
          { key: 'act', title: '', value: () => '', render: (alarm) => <Settle alarm={alarm} /> },
        ]}
        source={{
          queryKey: [KEY, state],
          load: async ({ after, limit }, signal) => {
            const { alarms, next } = await api.get<{ alarms: Line[]; next?: string }>('/api/custody/alarms', {
              query: { state, after, limit },
              signal,
            });
            return { rows: alarms, next };
          },
        }}
      />
    </Page>
  );
}

function Settle({ alarm }: { alarm: Line }) {
  const { t } = useTranslation('custody');
  const { may } = useSession();
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: ({ path, body }: { path: string; body?: object }) =>
      api.post(`/api/custody/alarms/${alarm.id}/${path}`, body),
    onSuccess: (_, { path }) => {
      notice.done(t(path === 'close' ? 'alarms.closedNote' : 'alarms.seenNote'));
      queries.invalidateQueries({ queryKey: [KEY] });
    },
    onError: notice.failed,
  });
  if (alarm.state === 'closed' || !may('custody.alarm.acknowledge')) return null;
  const close = async () => {
    const answer = await ask({
      title: t('alarms.closeTitle'),
      about: t('alarms.closeAbout'),
      act: t('alarms.close'),
      reason: true,
    });
    if (answer !== undefined) act.mutate({ path: 'close', body: { why: answer.reason } });
  };
  return (
    <span className="row">
      {alarm.state === 'open' && (
        <Button size="small" loading={act.isPending} onClick={() => act.mutate({ path: 'acknowledge' })}>
          {t('alarms.acknowledge')}
        </Button>
      )}
      <Button size="small" loading={act.isPending} onClick={() => void close()}>
        {t('alarms.close')}
      </Button>
    </span>
  );
}
