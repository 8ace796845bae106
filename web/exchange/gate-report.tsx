import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, Progress } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { GateReport, MicrodataReport, RiskFigures, TableReport } from '../../src/modules/exchange/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { DataTable, Facts, Failure, Figures, Loading, Page, Panel, Plot, save, Time } from '../ui/index.ts';
import { useGateBudget, useGateReport, useNumber } from './gate-ask.ts';
import { GateChecks } from './gate-checks.tsx';
import { intervalsOption, largestClass, pairsOption, sizeBins } from './gate-plots.ts';
import { said } from './offering-ask.ts';
import './gate.css';

/** What the gate found in one content, to be read, printed and kept. */
export default function GateReportPage() {
  const { t } = useTranslation('exchange');
  const query = useGateReport(usePathValue('id'));
  const report = query.data;
  return (
    <Page
      title={report === undefined ? t('gate.reportTitle') : said(report.title)}
      about={report && `${t('gate.reportTitle')} · ${t('gate.version', { version: report.version })}`}
      trail={
        <Go to={report === undefined ? '/exchange/releases' : `/exchange/releases?offering=${report.offeringId}`}>
          {t('gate.title')}
        </Go>
      }
      actions={
        report && (
          <>
            <Button icon={<DownloadOutlined />} onClick={() => saveReport(report)}>
              {t('gate.json')}
            </Button>
            <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
              {t('gate.print')}
            </Button>
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {report !== undefined && <Report report={report} />}
    </Page>
  );
}

function saveReport(report: GateReport): void {
  save('gate-report.json', new Blob([JSON.stringify(report, undefined, 1)], { type: 'application/json' }));
}

function Report({ report }: { report: GateReport }) {
  const { t } = useTranslation('exchange');
  const number = useNumber();
  const { verdict, method, rows, microdata, table, askedByName, madeAt, tookMs, digest, releaseId } = report;
  const isPassed = verdict === 'passed';
  const after = microdata?.risk.after;
  return (
    <>
      <Panel>
        <Figures
          figures={[
            { label: t('gate.verdict'), value: t(`gate.verdicts.${verdict}`), tone: isPassed ? 'good' : 'danger' },
            { label: t('gate.rowsBefore'), value: number(rows.before) },
            { label: t('gate.rowsAfter'), value: number(rows.after) },
            ...(after == null
              ? []
              : [{ label: t('gate.highestRisk'), value: number(100 * after.highest, 1), unit: '%' }]),
            ...(table === null
              ? []
              : [
                  { label: t('gate.hidden'), value: number(table.primary + table.secondary) },
                  { label: t('gate.kept'), value: number(100 * table.keptShare, 1), unit: '%' },
                ]),
          ]}
        />
        <p>{isPassed ? t('gate.passedAbout') : t('gate.refusedAbout')}</p>
        <Facts
          facts={[
            [t('gate.method'), t(`gate.methods.${method}`)],
            [t('gate.by'), askedByName],
            [t('gate.at'), <Time key="at" at={madeAt} />],
            [t('gate.took'), t('gate.seconds', { seconds: number(tookMs / 1_000, 1) })],
            [t('gate.digest'), digest !== null && <code key="digest">{digest.match(/.{1,16}/g)?.join(' ')}</code>],
            [t('gate.release'), releaseId !== null && <code key="release">{releaseId}</code>],
          ]}
        />
      </Panel>
      <Panel title={t('gate.checks')}>
        <GateChecks checks={report.checks} />
      </Panel>
      {microdata !== null && <Microdata report={microdata} />}
      {table !== null && <Table table={table} k={report.settings.k} />}
      <Budget offering={report.offeringId} />
    </>
  );
}

function Microdata({ report }: { report: MicrodataReport }) {
  const { t } = useTranslation('exchange');
  const number = useNumber();
  const { risk, loss, levels, checkedNodes, latticeNodes, complete } = report;
  const words = useMemo(
    () => ({ before: t('gate.before'), after: t('gate.after'), number: (value: number) => number(value, 2) }),
    [t, number],
  );
  const most = largestClass(report);
  const [before, after] = [sizeBins(risk.before, most), risk.after === null ? [] : sizeBins(risk.after, most)];
  const sizes = before.map(({ label }) => label);
  const risks = RISKS.map((name) => ({
    label: t(`gate.${name.label}`),
    before: 100 * risk.before[name.key],
    after: risk.after === null ? 0 : 100 * risk.after[name.key],
  }));
  const searched = { checked: number(checkedNodes), lattice: number(latticeNodes) };
  return (
    <>
      <div className="gate-pair">
        <Panel>
          <Plot
            title={t('gate.classSizes')}
            note={t('gate.classSizesNote')}
            option={pairsOption(
              sizes,
              { before: before.map(({ records }) => records), after: sizes.map((_, at) => after[at]?.records ?? 0) },
              { words, name: t('gate.persons') },
            )}
            table={{
              columns: [t('gate.size'), words.before, words.after],
              rows: before.map(({ label, records }, at) => [label, records, after[at]?.records ?? 0]),
            }}
          />
        </Panel>
        <Panel>
          <Plot
            title={t('gate.risks')}
            note={t('gate.risksNote')}
            option={pairsOption(
              risks.map(({ label }) => label),
              { before: risks.map((each) => each.before), after: risks.map((each) => each.after) },
              { words, name: t('gate.percent'), percent: true },
            )}
            table={{
              columns: [t('gate.risks'), words.before, words.after],
              rows: risks.map((each) => [each.label, number(each.before, 2), number(each.after, 2)]),
            }}
          />
        </Panel>
      </div>
      <Panel>
        <Plot
          title={t('gate.loss')}
          note={t('gate.lossNote')}
          option={pairsOption(
            loss.map(({ column }) => column),
            { before: loss.map((each) => 100 * each.before), after: loss.map((each) => 100 * each.after) },
            { words, name: t('gate.percent'), percent: true },
          )}
          table={{
            columns: [t('gate.column'), words.before, words.after],
            rows: loss.map((each) => [each.column, number(100 * each.before, 1), number(100 * each.after, 1)]),
          }}
        />
        <h3>{t('gate.level')}</h3>
        <Facts
          facts={levels.map(
            ({ column, level, height }) => [column, t('gate.levelOf', { level, height: height - 1 })] as const,
          )}
        />
        <p className="quiet">{complete ? t('gate.searched', searched) : t('gate.searchedLate', searched)}</p>
      </Panel>
    </>
  );
}

const RISKS: readonly { key: Exclude<keyof RiskFigures, 'records' | 'classSizes'>; label: string }[] = [
  { key: 'highest', label: 'riskHighest' },
  { key: 'average', label: 'riskAverage' },
  { key: 'aboveLimit', label: 'riskAbove' },
  { key: 'marketer', label: 'riskMarketer' },
  { key: 'uniques', label: 'riskUniques' },
];

/** More bars than this are not read any more. */
const MOST_BARS = 30;

function Table({ table, k }: { table: TableReport; k: number }) {
  const { t } = useTranslation('exchange');
  const number = useNumber();
  const { dimensions, cells, primary, secondary, reasons, optimal, suppressed, more } = table;
  const shown = suppressed.slice(0, MOST_BARS);
  const end = (high: number | null): string => (high === null ? t('gate.noEnd') : number(high, 2));
  return (
    <>
      <Panel title={t('gate.table')}>
        <Facts
          facts={[
            [t('gate.dimensions'), dimensions.map(({ column, codes }) => `${column}: ${codes}`).join(', ')],
            [t('gate.cells'), number(cells)],
            [
              t('gate.hidden'),
              `${number(primary)} ${t('gate.primary')}, ${number(secondary)} ${t('gate.secondary')}. ${optimal ? t('gate.optimal') : t('gate.sound')}`,
            ],
            ...reasons.map((each) => [t(`gate.reasons.${each.reason}`), number(each.cells)] as const),
          ]}
        />
      </Panel>
      {suppressed.length > 0 && (
        <>
          <Panel>
            <Plot
              title={t('gate.intervals')}
              note={t('gate.intervalsNote')}
              heightPx={90 + 22 * shown.length}
              option={intervalsOption(
                shown,
                {
                  primary: t('gate.primary'),
                  secondary: t('gate.secondary'),
                  persons: t('gate.persons'),
                  least: t('gate.least', { k }),
                },
                k,
              )}
              table={{
                columns: [t('gate.cell'), t('gate.state'), t('gate.low'), t('gate.high')],
                rows: shown.map(({ codes, state, low, high }) => [
                  codes.join(' / '),
                  t(`gate.${state}`),
                  low,
                  end(high),
                ]),
              }}
            />
          </Panel>
          <DataTable
            name="hidden-cells"
            label={t('gate.intervals')}
            rowKey={({ codes }) => codes.join('/')}
            source={{ rows: suppressed }}
            searchable
            columns={[
              {
                key: 'cell',
                title: t('gate.cell'),
                value: ({ codes }) => codes.join(' / '),
                phoneTitle: true,
                sortable: true,
              },
              { key: 'state', title: t('gate.state'), value: ({ state }) => t(`gate.${state}`), sortable: true },
              { key: 'low', title: t('gate.low'), value: ({ low }) => number(low, 2), end: true },
              { key: 'high', title: t('gate.high'), value: ({ high }) => end(high), end: true },
            ]}
          />
          {more > 0 && <p className="quiet">{t('gate.more', { count: more })}</p>}
        </>
      )}
    </>
  );
}

function Budget({ offering }: { offering: string }) {
  const { t } = useTranslation('exchange');
  const number = useNumber();
  const query = useGateBudget(offering);
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  if (query.data === undefined) return <Loading lines={3} />;
  const { product, population, answers } = query.data;
  return (
    <Panel title={t('gate.budget')}>
      {[
        { label: t('gate.budgetProduct'), ...product },
        { label: t('gate.budgetPopulation'), ...population },
      ].map(({ label, spent, limit }) => (
        <div key={label}>
          <strong>{label}</strong>
          <Progress
            aria-label={label}
            percent={Math.round((100 * spent.rho) / limit.rho)}
            status={spent.rho >= limit.rho ? 'exception' : 'normal'}
          />
          <div>
            {t('gate.budgetSpent', { spent: number(spent.rho, 4), limit: number(limit.rho, 4) })} ·{' '}
            {t('gate.budgetMeans', { epsilon: number(spent.epsilon, 2), delta: spent.delta })}
          </div>
        </div>
      ))}
      <p className="quiet">
        {t('gate.budgetAnswers', { count: answers })}. {t('gate.budgetNote')}
      </p>
    </Panel>
  );
}
