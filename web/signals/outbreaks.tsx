import { ReloadOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DiseaseLine, WatchRun } from '../../src/modules/signals/model.ts';
import { api, Go } from '../shell/index.ts';
import { DataTable, Facts, Failure, Loading, Page, Panel, Sparkline, StatusTag, Time, useNotice } from '../ui/index.ts';
import { named, type Overview, useDiseases } from './watch-ask.ts';
import './watch.css';

/** Every watched disease with its last weeks. */
export default function Outbreaks() {
  const { t } = useTranslation('signals');
  const query = useDiseases();
  return (
    <Page title={t('outbreaks.title')} about={t('outbreaks.about')} actions={<JudgeNow />}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          <Watch {...query.data} />
          <Diseases diseases={query.data.diseases} />
          <p className="no-print">
            <Go to="/signals/definitions">{t('definitions.title')}</Go>
          </p>
        </div>
      )}
    </Page>
  );
}

function JudgeNow() {
  const { t } = useTranslation('signals');
  const queries = useQueryClient();
  const notice = useNotice();
  const judge = useMutation({
    mutationFn: () => api.post<WatchRun>('/api/signals/watch'),
    onSuccess: ({ series, raised, updated }) => {
      notice.done(t('outbreaks.judged', { series, raised, updated }));
      void queries.invalidateQueries({ queryKey: ['signals'] });
    },
    onError: notice.failed,
  });
  return (
    <Button icon={<ReloadOutlined />} loading={judge.isPending} onClick={() => judge.mutate()}>
      {t('outbreaks.judge')}
    </Button>
  );
}

function Watch({ runs, lagSeconds }: Overview) {
  const { t } = useTranslation('signals');
  const [last] = runs;
  return (
    <Panel>
      <Facts
        facts={[
          [t('outbreaks.lastRun'), last === undefined ? t('outbreaks.never') : <LastRun key="run" run={last} />],
          [t('outbreaks.lag'), t('outbreaks.seconds', { count: lagSeconds })],
        ]}
      />
      <p className="quiet">{t('outbreaks.note')}</p>
    </Panel>
  );
}

function LastRun({ run: { at, trouble, series, tookMs } }: { run: WatchRun }) {
  const { t } = useTranslation('signals');
  return (
    <span className="row">
      <Time at={at} />
      {trouble === null ? (
        <span className="quiet">{t('outbreaks.runTook', { series, ms: tookMs })}</span>
      ) : (
        <StatusTag tone="warning">{t('outbreaks.trouble', { why: trouble })}</StatusTag>
      )}
    </span>
  );
}

function Diseases({ diseases }: { diseases: readonly DiseaseLine[] }) {
  const { t } = useTranslation('signals');
  return (
    <DataTable<DiseaseLine>
      name="diseases"
      label={t('outbreaks.title')}
      rowKey={({ definition }) => definition.id}
      source={{ rows: diseases }}
      columns={[
        {
          key: 'disease',
          title: t('outbreaks.disease'),
          value: ({ definition }) => named(definition.name),
          render: ({ definition }) => <Go to={`/signals/outbreaks/${definition.id}`}>{named(definition.name)}</Go>,
          sortable: true,
          phoneTitle: true,
        },
        {
          key: 'alarms',
          title: t('outbreaks.alarms'),
          value: ({ openAlarms }) => openAlarms,
          render: ({ openAlarms }) =>
            openAlarms === 0 ? '0' : <StatusTag tone="danger">{String(openAlarms)}</StatusTag>,
          sortable: true,
          end: true,
        },
        { key: 'week', title: t('outbreaks.lastWeek'), value: ({ lastWeek }) => lastWeek, sortable: true, end: true },
        {
          key: 'before',
          title: t('outbreaks.before'),
          value: ({ weekBefore }) => weekBefore,
          sortable: true,
          end: true,
        },
        { key: 'month', title: t('outbreaks.month'), value: ({ lastMonth }) => lastMonth, sortable: true, end: true },
        { key: 'tested', title: t('outbreaks.tested'), value: ({ tested }) => tested, sortable: true, end: true },
        {
          key: 'shape',
          title: t('outbreaks.shape'),
          value: ({ days }) => days.join(' '),
          render: ({ days }) => (
            <span className="watch-shape">
              <Sparkline values={days} label={days.join(', ')} />
            </span>
          ),
        },
        {
          key: 'class',
          title: t('outbreaks.class'),
          value: ({ definition: { lawClass } }) => t(`outbreaks.classes.${lawClass ?? 'none'}`),
          sortable: true,
        },
      ]}
    />
  );
}
