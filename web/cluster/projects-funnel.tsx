import { useTranslation } from 'react-i18next';
import type { PipelineFunnel, StatedCount } from '../../src/modules/cluster/model.ts';
import { DataTable, Failure, Figures, Loading, Panel, Plot, StatusTag } from '../ui/index.ts';
import { useAmounts, useFunnel } from './parks-ask.ts';
import { StageTag } from './projects.tsx';

/** How projects go through the stages; what sources state stands beside it and is never added. */
export function Funnel({ filter }: { filter: Record<string, string> }) {
  const query = useFunnel(filter);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown funnel={query.data} />;
}

function Shown({ funnel }: { funnel: PipelineFunnel }) {
  const { t } = useTranslation('cluster');
  const { money } = useAmounts();
  const under = funnel.counts.filter(({ stage }) => stage !== 'lost' && stage !== 'producing');
  const sum = (pick: (each: PipelineFunnel['counts'][number]) => number) =>
    under.reduce((total, each) => total + pick(each), 0);
  return (
    <div className="stack">
      <Figures
        figures={[
          { label: t('projects.underWay'), value: sum(({ projects }) => projects) },
          { label: t('projects.figures.investmentFen'), value: money(sum(({ investmentFen }) => investmentFen)) },
          { label: t('projects.investmentUnknown'), value: sum(({ unknown }) => unknown) },
          { label: t('projects.examplesAmong'), value: funnel.examples },
        ]}
      />
      <div className="columns">
        <Panel>
          <Counts counts={funnel.counts} />
        </Panel>
        <Panel>
          <Incidence points={funnel.incidence} />
        </Panel>
      </div>
      <Conversions conversions={funnel.conversions} />
      {funnel.stated.length > 0 && <Stated stated={funnel.stated} />}
    </div>
  );
}

function Counts({ counts }: Pick<PipelineFunnel, 'counts'>) {
  const { t } = useTranslation('cluster');
  const { money } = useAmounts();
  const names = counts.map(({ stage }) => t(`projects.stages.${stage}`));
  return (
    <Plot
      title={t('projects.countsTitle')}
      heightPx={280}
      option={{
        tooltip: { trigger: 'axis' },
        grid: { left: 8, right: 40, top: 8, bottom: 8, containLabel: true },
        xAxis: { type: 'value', minInterval: 1 },
        yAxis: { type: 'category', inverse: true, data: names },
        series: [
          { type: 'bar', data: counts.map(({ projects }) => projects), label: { show: true, position: 'right' } },
        ],
      }}
      table={{
        columns: [
          t('projects.stage'),
          t('projects.title'),
          t('projects.figures.investmentFen'),
          t('projects.investmentUnknown'),
        ],
        rows: counts.map(({ projects, investmentFen, unknown }, at) => [
          names[at],
          projects,
          money(investmentFen),
          unknown,
        ]),
      }}
    />
  );
}

function Incidence({ points }: { points: PipelineFunnel['incidence'] }) {
  const { t } = useTranslation('cluster');
  const { percent } = useAmounts();
  const line = (pick: (point: PipelineFunnel['incidence'][number]) => number) =>
    points.map((point) => [point.day, pick(point)]);
  const band = {
    type: 'line',
    step: 'end',
    symbol: 'none',
    stack: 'band',
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
  };
  return (
    <Plot
      title={t('projects.incidenceTitle')}
      heightPx={280}
      note={t('projects.incidenceNote')}
      option={{
        tooltip: { trigger: 'axis' },
        legend: { data: [t('projects.stages.signed'), t('projects.stages.lost')] },
        xAxis: { type: 'value', name: t('projects.daysKnown'), nameLocation: 'middle', nameGap: 26 },
        yAxis: { type: 'value', min: 0, max: 1 },
        grid: { left: 8, right: 16, top: 32, bottom: 28, containLabel: true },
        series: [
          { ...band, data: line(({ signedLow }) => signedLow) },
          { ...band, data: line(({ signedLow, signedHigh }) => signedHigh - signedLow), areaStyle: { opacity: 0.15 } },
          {
            name: t('projects.stages.signed'),
            type: 'line',
            step: 'end',
            symbol: 'none',
            data: line(({ signed }) => signed),
          },
          {
            name: t('projects.stages.lost'),
            type: 'line',
            step: 'end',
            symbol: 'none',
            lineStyle: { type: 'dashed' },
            data: line(({ lost }) => lost),
          },
        ],
      }}
      table={{
        columns: [
          t('projects.daysKnown'),
          t('projects.stages.signed'),
          t('projects.low'),
          t('projects.high'),
          t('projects.stages.lost'),
        ],
        rows: points.map(({ day, signed, signedLow, signedHigh, lost }) => [
          ...[day, percent(signed), percent(signedLow), percent(signedHigh), percent(lost)],
        ]),
      }}
    />
  );
}

function Conversions({ conversions }: Pick<PipelineFunnel, 'conversions'>) {
  const { t } = useTranslation('cluster');
  const { percent, number } = useAmounts();
  return (
    <Panel title={t('projects.conversionTitle')} flush>
      <DataTable<PipelineFunnel['conversions'][number]>
        name="conversion"
        label={t('parks.tableOf', { title: t('projects.conversionTitle') })}
        rowKey={({ stage }) => stage}
        source={{ rows: conversions }}
        searchable={false}
        columns={[
          {
            key: 'stage',
            title: t('projects.stage'),
            value: ({ stage }) => t(`projects.stages.${stage}`),
            render: ({ stage }) => <StageTag stage={stage} />,
            phoneTitle: true,
          },
          ...(['entered', 'forward', 'back', 'lost', 'open'] as const).map((key) => ({
            key,
            title: t(`projects.conversion.${key}`),
            end: true,
            value: (row: PipelineFunnel['conversions'][number]) => row[key],
          })),
          {
            key: 'share',
            title: t('projects.conversion.share'),
            value: ({ share }) => share?.value ?? null,
            render: ({ share }) =>
              share === null
                ? t('parks.unknown')
                : `${percent(share.value)} (${percent(share.low)} – ${percent(share.high)})`,
            end: true,
          },
          {
            key: 'median',
            title: t('projects.conversion.median'),
            value: ({ medianDays }) => medianDays,
            render: ({ medianDays }) => number(medianDays),
            end: true,
          },
          {
            key: 'usual',
            title: t('projects.conversion.usual'),
            value: ({ usualDays }) => usualDays,
            render: ({ usualDays }) => number(usualDays),
            end: true,
          },
          {
            key: 'signing',
            title: t('projects.conversion.signing'),
            value: ({ signing }) => signing,
            render: ({ signing }) => percent(signing),
            end: true,
          },
        ]}
      />
      <p className="quiet" style={{ padding: '0 16px 10px' }}>
        {t('projects.conversionNote')}
      </p>
    </Panel>
  );
}

function Stated({ stated }: { stated: readonly StatedCount[] }) {
  const { t } = useTranslation('cluster');
  const { number, named } = useAmounts();
  return (
    <Panel title={t('projects.statedTitle')} flush>
      <p className="quiet" style={{ padding: '10px 16px 0' }}>
        {t('projects.statedAbout')}
      </p>
      <DataTable<StatedCount>
        name="stated-pipeline"
        label={t('parks.tableOf', { title: t('projects.statedTitle') })}
        rowKey={({ id, value, unit }) => `${id} ${value} ${unit}`}
        source={{ rows: stated }}
        searchable={false}
        columns={[
          { key: 'name', title: t('projects.name'), value: named, phoneTitle: true },
          {
            key: 'value',
            title: t('projects.statedValue'),
            value: ({ value, op }) => `${op ?? ''}${number(value)}`,
            end: true,
          },
          { key: 'asOf', title: t('projects.asOf'), value: ({ asOf }) => asOf ?? t('parks.unknown') },
          {
            key: 'confidence',
            title: t('projects.trust'),
            value: ({ confidence }) => confidence,
            render: ({ confidence }) => (
              <StatusTag tone={confidence === null ? 'neutral' : 'warning'}>
                {t(confidence === null ? 'projects.asStated' : `projects.confidences.${confidence}`)}
              </StatusTag>
            ),
          },
          { key: 'quote', title: t('projects.quote'), value: ({ quote }) => (quote === null ? '' : `“${quote}”`) },
          { key: 'source', title: t('projects.source'), value: ({ source }) => source },
        ]}
      />
    </Panel>
  );
}
