import { PrinterOutlined } from '@ant-design/icons';
import { Button, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Told as How, Repeat, TestUse, Turnaround, Use } from '../../src/modules/laboratory/model.ts';
import { Go, useAddressValue, useDistricts, useOrganizationNames } from '../shell/index.ts';
import { type Column, DataTable, Empty, Failure, Figures, Loading, Page, Panel, Plot } from '../ui/index.ts';

import { type Filter, nameOf, useChoices, useFilters, useNumber, usePart } from './explore-ask.ts';
import { Choice, Period } from './explore-filters.tsx';
import { Told } from './explore-parts.tsx';
import { monthsOption, paretoOption } from './explore-plots.ts';
import './explore.css';

const PARETO_TESTS = 30;
const DEFAULT_DAYS = 365;
const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** How tests are used in a period: how often, by whom, growing or not, repeated early, and how long they take. */
export default function UseOfTests() {
  const { t } = useTranslation('laboratory');
  const { filter: chosen, set } = useFilters();
  const filter: Filter = { ...chosen, since: chosen.since ?? dayOf(-DEFAULT_DAYS), until: chosen.until ?? dayOf(0) };
  const choices = useChoices(filter.reach ?? '');
  const { nameOf: districtName } = useDistricts();
  const organizationName = useOrganizationNames(choices.data?.organizations ?? []);
  const use = usePart<Use>('use', filter);
  return (
    <Page
      title={t('use.title')}
      about={t('use.about')}
      actions={
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('explore.print')}
        </Button>
      }
    >
      <Panel>
        <div className="explore-filters">
          <Period filter={filter} set={set} />
          <Choice
            label={t('explore.district')}
            value={filter.district}
            options={(choices.data?.districts ?? []).map((value) => ({ value, label: districtName(value) }))}
            change={(value) => set('district', value)}
          />
          <Choice
            label={t('explore.organization')}
            value={filter.organization}
            options={(choices.data?.organizations ?? []).map((value) => ({ value, label: organizationName(value) }))}
            change={(value) => set('organization', value)}
          />
        </div>
      </Panel>
      {use.isPending && <Loading />}
      {use.isError && <Failure error={use.error} retry={() => use.refetch()} />}
      {use.isSuccess && !use.data.enough && (
        <Empty
          title={use.data.smallest === undefined ? t('use.nothing') : t('explore.tooFew', { count: use.data.smallest })}
        >
          <span>{t('use.help')}</span>
        </Empty>
      )}
      {use.isSuccess && use.data.enough && (
        <div className={use.isPlaceholderData ? 'stale stack' : 'stack'} aria-busy={use.isFetching}>
          <Overview use={use.data} />
          <Tests use={use.data} />
          <Repeats filter={filter} />
          <div className="pair">
            <Turnarounds filter={filter} />
            <Laboratories use={use.data} />
          </div>
        </div>
      )}
    </Page>
  );
}

/** A day in the time of Shanghai, counted from today. */
function dayOf(days: number): string {
  return new Date(Date.now() + SHANGHAI_MS + days * DAY_MS).toISOString().slice(0, 10);
}

function Overview({ use }: { use: Use }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const before = use.tests.reduce((sum, test) => sum + test.before, 0);
  const now = use.tests.reduce((sum, test) => sum + test.results, 0);
  const top = use.tests.slice(0, PARETO_TESTS).map((test) => ({ name: nameOf(test), results: test.results }));
  return (
    <>
      <h2 className="unseen">{t('use.title')}</h2>
      <Panel>
        <Figures
          figures={[
            { label: t('use.results'), value: number(use.results, 9) },
            { label: t('use.tests'), value: number(use.tests.length, 9) },
            ...(before === 0
              ? []
              : [{ label: t('use.growth'), value: signed(number, (100 * (now - before)) / before), unit: '%' }]),
          ]}
        />
        <p className="quiet">
          {use.hidden > 0 && `${t('explore.hidden', { count: use.hidden })} `}
          <Told told={use} />
        </p>
      </Panel>
      <div className="pair">
        <Panel>
          <Plot
            title={t('use.pareto')}
            heightPx={360}
            option={paretoOption(top, use.results, {
              count: t('use.results'),
              cumulative: t('use.cumulative'),
              number,
            })}
            note={t('use.paretoNote', { count: use.results })}
            table={{
              columns: [t('use.test'), t('use.results')],
              rows: top.map(({ name, results }) => [name, results]),
            }}
          />
        </Panel>
        <Panel>
          <Plot
            title={t('use.months')}
            heightPx={360}
            option={monthsOption(use.months, { count: t('use.results'), persons: t('use.persons') })}
            note={t('use.monthsNote', { count: use.results })}
            table={{
              columns: [t('explore.group'), t('use.results'), t('use.persons')],
              rows: use.months.map(({ month, results, persons }) => [month, results, persons]),
            }}
          />
        </Panel>
      </div>
    </>
  );
}

/** A phone shows each row as a card: the first of them, the others when asked for. */
const FEW = 12;

function signed(number: (value: number, digits?: number) => string, value: number): string {
  return value > 0 ? `+${number(value, 3)}` : number(value, 3);
}

function Tests({ use }: { use: Use }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const changeOf = ({ results, before }: TestUse) => (before === 0 ? undefined : (100 * (results - before)) / before);
  const columns: Column<TestUse>[] = [
    {
      key: 'test',
      title: t('use.test'),
      value: nameOf,
      phoneTitle: true,
      sortable: true,
      render: (test) => (
        <span>
          {nameOf(test)} <small className="quiet">{test.code}</small>
        </span>
      ),
    },
    { key: 'results', title: t('use.results'), value: ({ results }) => results, end: true, sortable: true },
    { key: 'persons', title: t('use.persons'), value: ({ persons }) => persons, end: true, sortable: true },
    {
      key: 'laboratories',
      title: t('use.laboratories'),
      value: ({ organizations }) => organizations,
      end: true,
      sortable: true,
    },
    { key: 'before', title: t('use.before'), value: ({ before }) => before, end: true, sortable: true },
    {
      key: 'change',
      title: t('use.change'),
      value: changeOf,
      end: true,
      sortable: true,
      render: (test) => {
        const change = changeOf(test);
        return change === undefined ? t('use.new') : `${signed(number, change)}\u00a0%`;
      },
    },
    {
      key: 'flagged',
      title: t('use.flagged'),
      value: ({ flagged, ofFlagged }) => (ofFlagged === 0 ? undefined : (100 * flagged) / ofFlagged),
      end: true,
      sortable: true,
      render: ({ flagged, ofFlagged }) => (ofFlagged === 0 ? '' : `${number((100 * flagged) / ofFlagged, 3)}\u00a0%`),
    },
  ];
  return (
    <Panel title={t('use.all')} actions={<Go to="/laboratory/explore">{t('explore.title')}</Go>} flush>
      <DataTable
        name="use-of-tests"
        label={`${t('use.all')}: ${t('explore.table')}`}
        columns={columns}
        rowKey={({ code }) => code}
        source={{ rows: use.tests }}
        few={FEW}
        searchable
      />
    </Panel>
  );
}

function Repeats({ filter }: { filter: Filter }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const [days, setDays] = useAddressValue('days');
  const query = usePart<How & { repeats: Repeat[] }>('use/repeats', {
    ...filter,
    ...(days !== '' && { days }),
  } as Filter);
  const hoursOf = (hours: number) =>
    hours % 24 === 0 ? t('use.inDays', { count: hours / 24 }) : t('use.hours', { count: hours });
  const columns: Column<Repeat>[] = [
    { key: 'test', title: t('use.test'), value: nameOf, phoneTitle: true, sortable: true },
    { key: 'early', title: t('use.early'), value: ({ early }) => early, end: true, sortable: true },
    { key: 'repeats', title: t('use.ofRepeats'), value: ({ repeats }) => repeats, end: true, sortable: true },
    {
      key: 'rate',
      title: t('use.rate'),
      value: ({ early, repeats }) => (100 * early) / repeats,
      end: true,
      sortable: true,
      render: ({ early, repeats }) => `${number((100 * early) / repeats, 3)}\u00a0%`,
    },
    {
      key: 'interval',
      title: t('use.interval'),
      value: ({ hours }) => hours,
      end: true,
      render: ({ hours }) => hoursOf(hours),
    },
    {
      key: 'gap',
      title: t('use.medianGap'),
      value: ({ medianDays }) => medianDays,
      end: true,
      render: ({ medianDays }) => t('use.inDays', { count: Number(medianDays.toPrecision(3)) }),
    },
    {
      key: 'source',
      title: t('use.source'),
      value: ({ source }) => nameOf({ name: source }),
      render: ({ source }) =>
        source.url === undefined ? (
          nameOf({ name: source })
        ) : (
          <a href={source.url} target="_blank" rel="noreferrer">
            {nameOf({ name: source })}
          </a>
        ),
    },
  ];
  return (
    <Panel
      title={t('use.repeats')}
      actions={
        <span className="row">
          <span className="quiet">{t('use.days')}</span>
          <InputNumber
            aria-label={t('use.days')}
            min={1}
            max={3660}
            precision={0}
            value={days === '' ? null : Number(days)}
            onChange={(value) => setDays(value === null ? '' : String(value))}
          />
        </span>
      }
    >
      <p className="quiet">{t('use.repeatsAbout')}</p>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <>
          <DataTable
            name="repeats"
            label={`${t('use.repeats')}: ${t('explore.table')}`}
            columns={columns}
            rowKey={({ code }) => code}
            source={{ rows: query.data.repeats }}
            few={FEW}
            emptyText={t('use.noRepeats')}
          />
          <p className="quiet">
            <Told told={query.data} />
          </p>
        </>
      )}
    </Panel>
  );
}

function Turnarounds({ filter }: { filter: Filter }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const query = usePart<How & { turnarounds: Turnaround[] }>('use/turnarounds', filter);
  const minutes = (value: number) => t('use.minutes', { count: Number(value.toPrecision(3)) });
  const columns: Column<Turnaround>[] = [
    { key: 'test', title: t('use.test'), value: nameOf, phoneTitle: true, sortable: true },
    {
      key: 'results',
      title: t('use.results'),
      value: ({ results }) => results,
      end: true,
      sortable: true,
      render: ({ results }) => number(results, 9),
    },
    {
      key: 'median',
      title: t('use.medianMin'),
      value: ({ medianMin }) => medianMin,
      end: true,
      sortable: true,
      render: ({ medianMin }) => minutes(medianMin),
    },
    {
      key: 'p90',
      title: t('use.p90Min'),
      value: ({ p90Min }) => p90Min,
      end: true,
      sortable: true,
      render: ({ p90Min }) => minutes(p90Min),
    },
  ];
  return (
    <Panel title={t('use.turnaround')}>
      <p className="quiet">{t('use.turnaroundAbout')}</p>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <>
          <DataTable
            name="turnaround"
            label={`${t('use.turnaround')}: ${t('explore.table')}`}
            columns={columns}
            rowKey={({ code }) => code}
            source={{ rows: query.data.turnarounds }}
            few={FEW}
            emptyText={t('use.noTurnaround')}
          />
          <p className="quiet">
            <Told told={query.data} />
          </p>
        </>
      )}
    </Panel>
  );
}

function Laboratories({ use }: { use: Use }) {
  const { t } = useTranslation('laboratory');
  const nameOfLaboratory = useOrganizationNames(use.organizations.map(({ key }) => key));
  type Line = Use['organizations'][number];
  const columns: Column<Line>[] = [
    {
      key: 'name',
      title: t('explore.organization'),
      value: ({ key }) => nameOfLaboratory(key) || '–',
      phoneTitle: true,
    },
    { key: 'results', title: t('use.results'), value: ({ results }) => results, end: true, sortable: true },
    { key: 'persons', title: t('use.persons'), value: ({ persons }) => persons, end: true, sortable: true },
    { key: 'tests', title: t('use.tests'), value: ({ tests }) => tests, end: true, sortable: true },
  ];
  return (
    <Panel title={t('use.byLaboratory')} flush>
      <DataTable
        name="use-by-laboratory"
        label={`${t('use.byLaboratory')}: ${t('explore.table')}`}
        columns={columns}
        rowKey={({ key }) => key}
        source={{ rows: use.organizations }}
        few={FEW}
      />
    </Panel>
  );
}
