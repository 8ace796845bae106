import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, Progress } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EndpointReport, StepCurve, StudyProtocol, StudyReport } from '../../src/modules/signals/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, Plot, Scroller, StatusTag, save, useNotice } from '../ui/index.ts';
import { ProtocolFacts } from './study.tsx';
import { isOpen, type RunPage, study, useFigure, useP, useRun } from './study-ask.ts';
import { Course, PlanFacts, Signed } from './study-plan.tsx';
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
      title={page?.protocol.title ?? t('studyReport.title')}
      about={page && t('studyReport.answers', { version: page.run.version, hash: page.run.dataHash.slice(0, 12) })}
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

function Report({ page: { protocol, data, course }, report }: { page: RunPage; report: StudyReport }) {
  const { t } = useTranslation('signals');
  return (
    <div className="stack">
      {data?.source.kind === 'example' && <StatusTag tone="warning">{t('studies.synthetic')}</StatusTag>}
      <Panel title={t('studyReport.design')}>
        <div className="stack">
          <ProtocolFacts protocol={protocol} />
          <PlanFacts protocol={protocol} />
          <Signed version={course[0]} />
          {report.smallest !== null && <p className="quiet">{t('studyReport.smallest', { count: report.smallest })}</p>}
        </div>
      </Panel>
      {course.length > 1 && (
        <Panel title={t('plan.versions')} flush>
          <Course versions={course} />
        </Panel>
      )}
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
  const { t } = useTranslation('signals');
  return (
    <Scroller className="study-scroll" label={t('studyReport.table', { of: label })}>
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
    <Panel title={t('studyReport.flow')}>
      <Table
        label={t('studyReport.flow')}
        head={[t('studyReport.step'), t('studyReport.persons'), groups.treated, groups.control]}
        rows={report.flow.map(({ step, persons, treated, control }) => [
          t(`studyReport.flows.${step}`),
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
    <Panel title={t('studyReport.missing')}>
      {missing.length === 0 ? (
        <p>{t('studyReport.missingNone')}</p>
      ) : (
        <Table
          label={t('studyReport.missing')}
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
  const words = {
    before: t('studyReport.before'),
    after: t('studyReport.after'),
    difference: t('studyReport.difference'),
  };
  const { essTreated, essControl } = adjustment;
  const ess =
    essTreated === undefined ? '' : t('studyReport.ess', { treated: figure(essTreated), control: figure(essControl) });
  return (
    <Panel>
      <Plot
        title={t('studyReport.balance')}
        heightPx={110 + 30 * balance.length}
        option={balanceOption(balance, words)}
        note={t('studyReport.balanceNote', { ess })}
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
            {t('studyReport.imputed', {
              seed: protocol.seed,
              estimate: figure(imputed.estimate),
              low: figure(imputed.low),
              high: figure(imputed.high),
              p: p(imputed.p),
            })}{' '}
            {imputed.tips !== null && t('studyReport.tips', { shift: figure(imputed.tips) })}
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
  const time = endpoint.unit === null ? t('studyReport.time') : t('studyReport.timeIn', { unit: endpoint.unit });
  const words = { ...groups, time, value: t('studyReport.share'), number: (value: number) => figure(value) };
  const level = Math.round(protocol.level * 1000) / 10;
  const table = (curves: readonly StepCurve[]) => ({
    columns: [t('study.groups'), time, t('studyReport.estimate'), `${t('studyReport.interval', { level })} −`, '+'],
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
        title={t('studyReport.visits', { name: endpoint.name })}
        heightPx={300}
        option={visitsOption(endpoint.levels, { ...words, value: endpoint.unit ?? '' })}
        note={t('studyReport.visitsNote')}
        table={{
          columns: [
            t('study.groups'),
            time,
            t('studyReport.estimate'),
            `${t('studyReport.interval', { level })} −`,
            '+',
          ],
          rows: endpoint.levels.map(({ group, at, value, low, high }) => [groups[group], at, value, low, high]),
        }}
      />
    );
  const { curves, weightedCurves, incidences } = endpoint;
  return (
    <>
      {curves.length > 0 && (
        <Plot
          title={t('studyReport.curve', { name: endpoint.name })}
          heightPx={320}
          option={curvesOption(curves, words)}
          note={t('studyReport.curveNote', { level })}
          table={table(curves)}
        />
      )}
      {weightedCurves.length > 0 && (
        <Plot
          title={t('studyReport.curveWeighted', { name: endpoint.name })}
          heightPx={280}
          option={curvesOption(weightedCurves, words)}
          note={t('studyReport.curveNote', { level })}
          table={table(weightedCurves)}
        />
      )}
      {incidences.length > 0 && (
        <Plot
          title={t('studyReport.incidence', { name: endpoint.name })}
          heightPx={300}
          option={curvesOption(incidences, words)}
          note={t('studyReport.incidenceNote')}
          table={table(incidences)}
        />
      )}
    </>
  );
}

function Risk({ endpoint: { risk, name }, groups }: EndpointParts) {
  const { t } = useTranslation('signals');
  if (risk === null) return null;
  return (
    <div>
      <h3>{t('studyReport.atRisk')}</h3>
      <Table
        label={`${t('studyReport.atRisk')}: ${name}`}
        head={[t('studyReport.group'), ...risk.times.map(String)]}
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
      label={`${t('studyReport.groupValues')}: ${endpoint.name}`}
      head={[
        t('study.groups'),
        t('studyReport.estimate'),
        t('studyReport.interval', { level: Math.round(protocol.level * 1000) / 10 }),
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
        label={`${t('studyReport.effect')}: ${endpoint.name}`}
        head={[
          t('studyReport.effect'),
          t('studyReport.estimate'),
          t('studyReport.interval', { level: Math.round(protocol.level * 1000) / 10 }),
          t('studyReport.p'),
          t('studyReport.method'),
        ]}
        rows={effects.map(({ measure, adjusted, estimate, low, high, p: value, method }) => [
          `${t(`studyReport.measures.${measure}`)}, ${t(adjusted ? 'studyReport.adjustedEffect' : 'studyReport.plainEffect')}`,
          figure(estimate),
          `${figure(low)} – ${figure(high)}`,
          p(value),
          <code key="method">{method}</code>,
        ])}
      />
      <Facts
        facts={[
          [
            `${t('studyReport.treatedN')} / ${t('studyReport.controlN')}`,
            `${n.treated} / ${n.control}${events === null ? '' : ` (${events.treated} / ${events.control})`}`,
          ],
          ...tests.map(
            ({ name, statistic, df, p: value }) =>
              [
                t(`studyReport.tests.${name}`),
                `${statistic === null ? '' : `${figure(statistic)}${df === null ? '' : ` (${df})`}, `}p ${p(value)}`,
              ] as const,
          ),
          ['Holm', pAdjusted !== null && t('studyReport.pHolm', { p: p(pAdjusted) })],
        ]}
      />
    </>
  );
}

function Forest({ endpoint, protocol }: EndpointParts) {
  const { t } = useTranslation('signals');
  const figure = useFigure();
  const p = useP();
  const { forest } = endpoint;
  if (forest === null) return null;
  const words = {
    overall: t('studyReport.all'),
    nameOf: (column: string, level: string) => `${column}: ${level}`,
    effect: t(`studyReport.measures.${forest.measure}`),
    number: (value: number) => figure(value),
  };
  const rows = forestRows(forest, words);
  return (
    <>
      <Plot
        title={t('studyReport.forest', { name: endpoint.name })}
        heightPx={70 + 26 * rows.length}
        option={forestOption(forest, words)}
        note={t('studyReport.forestNote')}
        table={{
          columns: [
            '',
            t('studyReport.treatedN'),
            t('studyReport.controlN'),
            words.effect,
            '−',
            '+',
            t('studyReport.interaction'),
          ],
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
        label={`${t('studyReport.interaction')}: ${endpoint.name}`}
        head={[
          t('studyReport.subgroup'),
          words.effect,
          t('studyReport.interval', { level: Math.round(protocol.level * 1000) / 10 }),
          t('studyReport.treatedN'),
          t('studyReport.controlN'),
          t('studyReport.interaction'),
        ]}
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
  const interval = t('studyReport.interval', { level: Math.round(level * 1000) / 10 });
  const words = { benefit: t('studyReport.benefit'), none: t('studyReport.zero') };
  const { rows, overall } = dimensions;
  const shown = (value: number, kind: string): string =>
    kind === 'yes-no' ? `${figure(100 * value)} %` : figure(value);
  return (
    <Panel>
      <Plot
        title={t('studyReport.dimensions')}
        heightPx={380}
        option={radarOption(dimensions, words)}
        note={t('studyReport.dimensionsNote')}
        table={{
          columns: [
            t('studyReport.dimension'),
            t('studyReport.treatedN'),
            t('studyReport.controlN'),
            t('studyReport.estimate'),
            '−',
            '+',
          ],
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
        label={t('studyReport.dimensions')}
        head={[
          t('studyReport.dimension'),
          t('studyReport.treatedN'),
          t('studyReport.controlN'),
          t('studyReport.benefit'),
          interval,
        ]}
        rows={[
          ...rows.map(({ name, kind, treated, control, estimate, low, high }) => [
            name,
            shown(treated, kind),
            shown(control, kind),
            figure(estimate),
            `${figure(low)} – ${figure(high)}`,
          ]),
          [
            t('studyReport.overall'),
            '',
            '',
            figure(overall.estimate),
            `${figure(overall.low)} – ${figure(overall.high)}`,
          ],
        ]}
      />
    </Panel>
  );
}

function Limits({ protocol, source }: { protocol: StudyProtocol; source: string | undefined }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('studyReport.limits')}>
      <ul>
        <li>{t(`studyReport.limitsOf.${protocol.design}`)}</li>
        <li>{t('studyReport.limitsMissing')}</li>
        <li>{t('studyReport.limitsCensoring')}</li>
        {source === 'lake' && <li>{t('studyReport.limitsLake')}</li>}
        <li>{t('studyReport.limitsMany')}</li>
        <li>{t('studyReport.limitsPlan')}</li>
      </ul>
    </Panel>
  );
}

function Methods({ steps }: { steps: StudyReport['steps'] }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('studyReport.stepsTitle')}>
      <Table
        label={t('studyReport.stepsTitle')}
        head={[t('studyReport.step'), t('studyReport.method'), t('studyReport.ms')]}
        rows={steps.map(({ key, method, tookMs, refusal }) => [
          refusal === null ? key : `${key}: ${t('studyReport.refused', { why: refusal })}`,
          <code key="method">{method}</code>,
          tookMs,
        ])}
      />
    </Panel>
  );
}
