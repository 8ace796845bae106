import { Button, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import type { GateLine } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, Panel, StatusTag, Time, useAsk } from '../ui/index.ts';
import { useEndPassages, useGateReports, useNumber, usePassages } from './gate-ask.ts';
import { said } from './offering-ask.ts';

/** Everything that came to the gate, of one offering or of all that one may look at. */
export default function GateReports() {
  const { t } = useTranslation('exchange');
  const [offering] = useAddressValue('offering');
  const query = useGateReports(offering);
  return (
    <Page title={t('gate.title')} about={t('gate.about')}>
      {offering !== '' && <OnTheWay offering={offering} />}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.reports.length === 0 ? (
          <Empty title={t('gate.none')}>
            <span>{t('gate.noneAbout')}</span>
            <Go to="/exchange/studio">{t('gate.studio')}</Go>
          </Empty>
        ) : (
          <List reports={query.data.reports} />
        ))}
    </Page>
  );
}

function OnTheWay({ offering }: { offering: string }) {
  const { t } = useTranslation('exchange');
  const ask = useAsk();
  const query = usePassages(offering);
  const end = useEndPassages(offering);
  const passages = query.data?.passages ?? [];
  if (passages.length === 0) return null;
  const endThem = async () => {
    const sure = await ask({ title: t('gate.endAsk'), about: t('gate.endAbout'), act: t('gate.end'), danger: true });
    if (sure !== undefined) end.mutate();
  };
  return (
    <Panel
      title={t('gate.passages')}
      actions={
        <Button danger loading={end.isPending} onClick={endThem}>
          {t('gate.end')}
        </Button>
      }
    >
      {passages.map(({ id, stage, done }) => (
        <div key={id}>
          {t(`gate.stages.${stage}`)}
          <Progress aria-label={t(`gate.stages.${stage}`)} percent={Math.round(100 * done)} />
        </div>
      ))}
    </Panel>
  );
}

function List({ reports }: { reports: readonly GateLine[] }) {
  const { t } = useTranslation('exchange');
  const number = useNumber();
  return (
    <DataTable<GateLine>
      name="gate-reports"
      label={t('gate.title')}
      rowKey={({ id }) => id}
      source={{ rows: reports }}
      searchable
      columns={[
        {
          key: 'title',
          title: t('gate.offering'),
          value: ({ title }) => said(title),
          render: ({ id, title }) => <Go to={`/exchange/releases/${id}`}>{said(title)}</Go>,
          sortable: true,
          phoneTitle: true,
        },
        {
          key: 'version',
          title: t('gate.version', { version: '' }).trim(),
          value: ({ version }) => version,
          end: true,
        },
        {
          key: 'verdict',
          title: t('gate.verdict'),
          value: ({ verdict }) => t(`gate.verdicts.${verdict}`),
          render: ({ verdict }) => (
            <StatusTag tone={verdict === 'passed' ? 'good' : 'danger'}>{t(`gate.verdicts.${verdict}`)}</StatusTag>
          ),
          sortable: true,
        },
        { key: 'method', title: t('gate.method'), value: ({ method }) => t(`gate.methods.${method}`) },
        { key: 'rows', title: t('gate.rowsAfter'), value: ({ rows }) => number(rows), end: true },
        {
          key: 'at',
          title: t('gate.at'),
          value: ({ madeAt }) => madeAt,
          render: ({ madeAt }) => <Time at={madeAt} />,
          sortable: true,
        },
        { key: 'by', title: t('gate.by'), value: ({ askedByName }) => askedByName },
      ]}
    />
  );
}
