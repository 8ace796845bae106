import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, Progress } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EndpointReport, StepCurve, StudyProtocol, StudyReport } from '../../src/modules/signals/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, Plot, Scroller, StatusTag, save, useNotice } from '../ui/index.ts';
import { ProtocolFacts } from './study.tsx';
import { isOpen, type RunPage, study, useFigure, useP, useRun } from './study-ask.ts';
import { balanceOption, curvesOption, forestOption, forestRows, radarOption, visitsOption } from './study-plots.ts';
import './study.css';

/** What an analysis came to, to be read and printed. */
export default function StudyReportPage() {
  const { t } = useTranslation('signals');
  const [id, run] = [usePathValue('id'), usePathValue('run')];
  const query = useRun(id, run);
  const page = query.data;
  return (
    <Page
      title={page?.protocol.title ?? t('report.title')}
      about={page && t('report.answers', { version: page.run.version, hash: page.run.dataHash.slice(0, 12) })}
      trail={<Go to={`/signals/studies/${id}`}>{t('studies.name')}</Go>}
      actions={
        page?.run.state === 'done' && (
          <>
            <Bundle id={id} run={run} />
            <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
              {t('study.print')}
            </Button>
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && <Answer page={page} />}
    </Page>
  );
}

function Bundle({ id, run }: { id: string; run: string }) {
  const { t } = useTranslation('signals');
  const notice = useNotice();
  const [busy, setBusy] = useState(false);
  const fetchIt = async () => {
    setBusy(true);
    try {
      const bundle = await study.bundle(id, run);
      save('study-analysis.json', new Blob([JSON.stringify(bundle, undefined, 1)], { type: 'application/json' }));
    } catch (error) {
      notice.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<DownloadOutlined />} loading={busy} onClick={fetchIt}>
      {t('study.bundle')}
    </Button>
  );
}

function Answer({ page }: { page: RunPage }) {
  const { t } = useTranslation('signals');
  const { run, report } = page;
  if (isOpen(run))
    return (
      <Panel>
        <p>{run.state === 'waiting' ? t('study.waits') : t('study.steps', { done: run.done, steps: run.steps })}</p>
        <Progress
          aria-label={t('studies.states.running')}
          percent={run.steps === 0 ? 0 : Math.round((100 * run.done) / run.steps)}
        />
        <p className="quiet">{t('study.restart')}</p>
      </Panel>
    );
  if (report === null)
    return (
      <Panel>
        <StatusTag tone="danger">{t('study.failed', { why: run.trouble?.message ?? '' })}</StatusTag>
        <code>{JSON.stringify(run.trouble?.facts ?? {})}</code>
      </Panel>
    );
  return <Report page={page} report={report} />;
}

function Report({ page: { protocol, data }, report }: { page: RunPage; report: StudyReport }) {
  const { t } = useTranslation('signals');
  return (
    <div className="stack">
      {data?.source.kind === 'example' && <StatusTag tone="warning">{t('studies.synthetic')}</StatusTag>}
      <Panel title={t('report.design')}>
        <ProtocolFacts protocol={protocol} />
        {report.smallest !== null && <p className="quiet">{t('report.smallest', { count: report.smallest })}</p>}
      </Panel>
      <div className="study-pair">
        <Flow report={report} />
        <Missing report={report} />
      </div>
      {report.balance.length > 0 && <Balance report={report} />}
      {report.endpoints.map((endpoint) => (
        <EndpointPanel key={endpoint.id} endpoint={endpoint} protocol={protocol} groups={report.groups} />
      ))}
      {report.dimensions !== null && <Dimensions dimensions={report.dimensions} level={protocol.level} />}
      <Limits protocol={protocol} source={data?.source.kind} />
      <Methods steps={report.steps} />
    </div>
  );
}

/** A small table that a report prints as it stands. */
function Table({
  label,
  head,
  rows,
}: {
  label: string;
  head: readonly string[];
  rows: readonly (readonly ReactNode[])[];
}) {
  return (
    <Scroller label={label}>
      <table className="study-table">
        <thead>
          <tr>
            {head.map((title, at) => (
              <th key={title} scope="col" className={at === 0 ? '' : 'end'}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a report never move
            <tr key={line}>
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: nor do its cells
                <td key={at} className={at === 0 ? 'wide' : 'end'}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function Flow({ report }: { report: StudyReport }) {
  const { t } = useTranslation('signals');
  const { groups } = report;
  return (
    <Panel title={t('report.flow')}>
      <Table
        label={t('report.flow')}
        head={[t('report.step'), t('report.persons'), groups.treated, groups.control]}
        rows={report.flow.map(({ step, persons, treated, control }) => [
          t(`report.flows.${step}`),
          persons,
          treated ?? '',
          control ?? '',
        ])}
      />
    </Panel>
  );
}

function Missing({ report: { missing, groups } }: { report: StudyReport }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('report.missing')}>
      {missing.length === 0 ? (
        <p>{t('report.missingNone')}</p>
      ) : (
        <Table
          label={t('report.missing')}
          head={[t('study.column'), groups.treated, groups.control]}
          rows={missing.map(({ column, treated, control }) => [column, treated, control])}
        />
      )}
    </Panel>
  );
}

function Balance({ report: { balance, adjustment } }: { report: StudyReport }) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const words = { before: t('report.before'), after: t('report.after'), difference: t('report.difference') };
  const { essTreated, essControl } = adjustment;
  const ess =
    essTreated === undefined ? '' : t('report.ess', { treated: figure(essTreated), control: figure(essControl) });
  return (
    <Panel>
      <Plot
        title={t('report.balance')}
        heightPx={110 + 30 * balance.length}
        option={balanceOption(balance, words)}
        note={t('report.balanceNote', { ess })}
        table={{
          columns: [t('study.column'), words.before, words.after],
          rows: balance.map(({ column, before, after }) => [column, before, after]),
        }}
      />
    </Panel>
  );
}

interface EndpointParts {
  endpoint: EndpointReport;
  protocol: StudyProtocol;
  groups: StudyReport['groups'];
}

function EndpointPanel(parts: EndpointParts) {
  const { t } = useTranslation('signals');
  const { endpoint, protocol } = parts;
  const figure = useFigure();
  const p = useP();
  const { imputed } = endpoint;
  return (
    <Panel title={endpoint.name}>
      <div className="stack">
        <Curves {...parts} />
        {endpoint.risk !== null && <Risk {...parts} />}
        {endpoint.kind !== 'time' && endpoint.levels.length > 0 && <Levels {...parts} />}
        <Effects {...parts} />
        {imputed !== null && (
          <p>
            {t('report.imputed', {
              seed: protocol.seed,
              estimate: figure(imputed.estimate),
              low: figure(imputed.low),
              high: figure(imputed.high),
              p: p(imputed.p),
            })}{' '}
            {imputed.tips !== null && t('report.tips', { shift: figure(imputed.tips) })}
          </p>
        )}
        {endpoint.forest !== null && <Forest {...parts} />}
      </div>
    </Panel>
  );
}

function Curves({ endpoint, protocol, groups }: EndpointParts) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const time = endpoint.unit === null ? t('report.time') : t('report.timeIn', { unit: endpoint.unit });
  const words = { ...groups, time, value: t('report.share'), number: (value: number) => figure(value) };
  const level = Math.round(protocol.level * 1000) / 10;
  const table = (curves: readonly StepCurve[]) => ({
    columns: [t('study.groups'), time, t('report.estimate'), `${t('report.interval', { level })} −`, '+'],
    rows: curves.flatMap(({ group, cause, time: times, value, low, high }) =>
      times.map((now, at) => [
        cause === undefined ? groups[group] : `${groups[group]}: ${cause}`,
        now,
        value[at],
        low[at],
        high[at],
      ]),
    ),
  });
  if (endpoint.kind === 'repeated')
    return (
      <Plot
        title={t('report.visits', { name: endpoint.name })}
        heightPx={300}
        option={visitsOption(endpoint.levels, { ...words, value: endpoint.unit ?? '' })}
        note={t('report.visitsNote')}
        table={{
          columns: [t('study.groups'), time, t('report.estimate'), `${t('report.interval', { level })} −`, '+'],
          rows: endpoint.levels.map(({ group, at, value, low, high }) => [groups[group], at, value, low, high]),
        }}
      />
    );
  const { curves, weightedCurves, incidences } = endpoint;
  return (
    <>
      {curves.length > 0 && (
        <Plot
          title={t('report.curve', { name: endpoint.name })}
          heightPx={320}
          option={curvesOption(curves, words)}
          note={t('report.curveNote', { level })}
          table={table(curves)}
        />
      )}
      {weightedCurves.length > 0 && (
        <Plot
          title={t('report.curveWeighted', { name: endpoint.name })}
          heightPx={280}
          option={curvesOption(weightedCurves, words)}
          note={t('report.curveNote', { level })}
          table={table(weightedCurves)}
        />
      )}
      {incidences.length > 0 && (
        <Plot
          title={t('report.incidence', { name: endpoint.name })}
          heightPx={300}
          option={curvesOption(incidences, words)}
          note={t('report.incidenceNote')}
          table={table(incidences)}
        />
      )}
    </>
  );
}

function Risk({ endpoint: { risk }, groups }: EndpointParts) {
  const { t } = useTranslation('signals');
  if (risk === null) return null;
  return (
    <div>
      <h3>{t('report.atRisk')}</h3>
      <Table
        label={t('report.atRisk')}
        head={['', ...risk.times.map(String)]}
        rows={(['treated', 'control'] as const).map((group) => [
          groups[group],
          ...risk[group].map((count) => count ?? '–'),
        ])}
      />
    </div>
  );
}

function Levels({ endpoint, groups, protocol }: EndpointParts) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const isShare = endpoint.kind === 'responder';
  const shown = (value: number | null): string =>
    isShare && value !== null ? `${figure(100 * value)} %` : figure(value);
  return (
    <Table
      label={t('report.groupValues')}
      head={[
        t('study.groups'),
        t('report.estimate'),
        t('report.interval', { level: Math.round(protocol.level * 1000) / 10 }),
      ]}
      rows={endpoint.levels.map(({ group, at, value, low, high }) => [
        at === null ? groups[group] : `${groups[group]}, ${at}`,
        shown(value),
        `${shown(low)} – ${shown(high)}`,
      ])}
    />
  );
}

function Effects({ endpoint, protocol }: EndpointParts) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const p = useP();
  const { effects, tests, n, events, pAdjusted } = endpoint;
  return (
    <>
      <Table
        label={t('report.effect')}
        head={[
          t('report.effect'),
          t('report.estimate'),
          t('report.interval', { level: Math.round(protocol.level * 1000) / 10 }),
          t('report.p'),
          t('report.method'),
        ]}
        rows={effects.map(({ measure, adjusted, estimate, low, high, p: value, method }) => [
          `${t(`report.measures.${measure}`)}, ${t(adjusted ? 'report.adjustedEffect' : 'report.plainEffect')}`,
          figure(estimate),
          `${figure(low)} – ${figure(high)}`,
          p(value),
          <code key="method">{method}</code>,
        ])}
      />
      <Facts
        facts={[
          [
            `${t('report.treatedN')} / ${t('report.controlN')}`,
            `${n.treated} / ${n.control}${events === null ? '' : ` (${events.treated} / ${events.control})`}`,
          ],
          ...tests.map(
            ({ name, statistic, df, p: value }) =>
              [
                t(`report.tests.${name}`),
                `${statistic === null ? '' : `${figure(statistic)}${df === null ? '' : ` (${df})`}, `}p ${p(value)}`,
              ] as const,
          ),
          ['Holm', pAdjusted !== null && t('report.pHolm', { p: p(pAdjusted) })],
        ]}
      />
    </>
  );
}

function Forest({ endpoint }: EndpointParts) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const p = useP();
  const { forest } = endpoint;
  if (forest === null) return null;
  const words = {
    overall: t('report.all'),
    nameOf: (column: string, level: string) => `${column}: ${level}`,
    effect: t(`report.measures.${forest.measure}`),
    number: (value: number) => figure(value),
  };
  const rows = forestRows(forest, words);
  return (
    <>
      <Plot
        title={t('report.forest', { name: endpoint.name })}
        heightPx={70 + 26 * rows.length}
        option={forestOption(forest, words)}
        note={t('report.forestNote')}
        table={{
          columns: ['', t('report.treatedN'), t('report.controlN'), words.effect, '−', '+', t('report.interaction')],
          rows: rows.map(({ name, row, p: value }) => [
            name,
            row.treated,
            row.control,
            row.estimate,
            row.low,
            row.high,
            value,
          ]),
        }}
      />
      <Table
        label={t('report.interaction')}
        head={['', words.effect, '', t('report.treatedN'), t('report.controlN'), t('report.interaction')]}
        rows={rows.map(({ name, row, p: value }) => [
          name,
          figure(row.estimate),
          row.low === null ? '–' : `${figure(row.low)} – ${figure(row.high)}`,
          row.treated,
          row.control,
          value === null ? '' : p(value),
        ])}
      />
    </>
  );
}

function Dimensions({ dimensions, level }: { dimensions: NonNullable<StudyReport['dimensions']>; level: number }) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const interval = t('report.interval', { level: Math.round(level * 1000) / 10 });
  const words = { benefit: t('report.benefit'), none: t('report.zero') };
  const { rows, overall } = dimensions;
  const shown = (value: number, kind: string): string =>
    kind === 'yes-no' ? `${figure(100 * value)} %` : figure(value);
  return (
    <Panel>
      <Plot
        title={t('report.dimensions')}
        heightPx={380}
        option={radarOption(dimensions, words)}
        note={t('report.dimensionsNote')}
        table={{
          columns: [t('report.dimension'), t('report.treatedN'), t('report.controlN'), t('report.estimate'), '−', '+'],
          rows: rows.map(({ name, treated, control, estimate, low, high }) => [
            name,
            treated,
            control,
            estimate,
            low,
            high,
          ]),
        }}
      />
      <Table
        label={t('report.dimensions')}
        head={[t('report.dimension'), t('report.treatedN'), t('report.controlN'), t('report.benefit'), interval]}
        rows={[
          ...rows.map(({ name, kind, treated, control, estimate, low, high }) => [
            name,
            shown(treated, kind),
            shown(control, kind),
            figure(estimate),
            `${figure(low)} – ${figure(high)}`,
          ]),
          [t('report.overall'), '', '', figure(overall.estimate), `${figure(overall.low)} – ${figure(overall.high)}`],
        ]}
      />
    </Panel>
  );
}

function Limits({ protocol, source }: { protocol: StudyProtocol; source: string | undefined }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('report.limits')}>
      <ul>
        <li>{t(`report.limitsOf.${protocol.design}`)}</li>
        <li>{t('report.limitsMissing')}</li>
        <li>{t('report.limitsCensoring')}</li>
        {source === 'lake' && <li>{t('report.limitsLake')}</li>}
        <li>{t('report.limitsMany')}</li>
        <li>{t('report.limitsPlan')}</li>
      </ul>
    </Panel>
  );
}

function Methods({ steps }: { steps: StudyReport['steps'] }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('report.stepsTitle')}>
      <Table
        label={t('report.stepsTitle')}
        head={[t('report.step'), t('report.method'), t('report.ms')]}
        rows={steps.map(({ key, method, tookMs, refusal }) => [
          refusal === null ? key : `${key}: ${t('report.refused', { why: refusal })}`,
          <code key="method">{method}</code>,
          tookMs,
        ])}
      />
    </Panel>
  );
}
