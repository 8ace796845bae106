import { SwapOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm, Wire } from '../../src/modules/custody/model.ts';
import { api, Go, type StartCard, useGo } from '../shell/index.ts';
import { Failure, Loading, Panel, ShortList, StatusTag } from '../ui/index.ts';
import { degrees } from './words.ts';

const FEW = 5;

export const cards: readonly StartCard[] = [
  { order: 5, wide: true, roles: ['courier'], Card: HandOverNow },
  { order: 40, permission: 'custody.read', Card: OpenAlarms },
];

/** What a courier does most, large enough for a gloved hand. */
function HandOverNow() {
  const { t } = useTranslation('custody');
  const go = useGo();
  return (
    <Button type="primary" icon={<SwapOutlined />} className="start-act" onClick={() => go('/custody/hand-over')}>
      {t('start.handOver')}
    </Button>
  );
}

/** Things that are too warm or too cold now. */
function OpenAlarms() {
  const { t } = useTranslation('custody');
  const query = useQuery({
    queryKey: ['alarms', 'few'],
    queryFn: ({ signal }) =>
      api.get<{ alarms: Wire<Alarm>[] }>('/api/custody/alarms', { query: { state: 'open', limit: FEW }, signal }),
  });
  return (
    <Panel title={t('start.alarms')} actions={<Go to="/custody/alarms">{t('start.all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('start.noAlarms')}
          items={query.data.alarms.map(({ id, kind, temperatureC, part, raisedAt }) => ({
            id,
            title: <Go to={`/custody/boxes/${encodeURIComponent(part)}`}>{part.split('/').at(-1)}</Go>,
            tag: <StatusTag tone="danger">{t(`start.kinds.${kind}`)}</StatusTag>,
            by: degrees(temperatureC),
            at: String(raisedAt),
          }))}
        />
      )}
    </Panel>
  );
}
