import { LinkOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EstimatedInterval, TestKind, TestSummary } from '../../src/modules/laboratory/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { Empty, Failure, Figures, Loading, Page, Panel, Plot, Time, useNotice } from '../ui/index.ts';
import { type Choices, type Filter, nameOf, useChoices, useFilters, useNumber, usePart } from './explore-ask.ts';
import { Filters } from './explore-filters.tsx';
import { Intervals } from './explore-intervals.tsx';
import { ByAge, ByGroup, ByPlace, OverTime, Told } from './explore-parts.tsx';
import { histogramOption } from './explore-plots.ts';
import './explore.css';

const EXAMPLES = 8;

/** One test and everything that its results tell, under filters that live in the address. */
export default function Explore() {
  const { t } = useTranslation('laboratory');
  const notice = useNotice();
  const { filter, set } = useFilters();
  const [chosen, choose] = useAddressValue('test');
  const choices = useChoices(filter.reach ?? '');
  const test = choices.data?.tests.find((each) => keyOf(each) === chosen);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      notice.done(t('explore.copied'));
    } catch (error) {
      notice.failed(error);
    }
  };
  return (
    <Page
      title={test === undefined ? t('explore.title') : nameOf(test)}
      about={test === undefined ? t('explore.about') : `${test.code}${test.unit === '' ? '' : ` · ${test.unit}`}`}
      actions={
        test !== undefined && (
          <>
            <Button icon={<LinkOutlined />} onClick={copy}>
              {t('explore.copy')}
            </Button>
            <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
              {t('explore.print')}
            </Button>
          </>
        )
      }
    >
      {choices.isPending && <Loading />}
      {choices.isError && <Failure error={choices.error} retry={() => choices.refetch()} />}
      {choices.isSuccess && <Chooser choices={choices.data} reach={filter.reach} chosen={chosen} choose={choose} />}
      {choices.isSuccess && test !== undefined && (
        <>
          <Filters choices={choices.data} filter={filter} set={set} test={chosen} />
          <Test test={test} filter={{ ...filter, code: test.code, unit: test.unit }} />
        </>
      )}
    </Page>
  );
}

function keyOf({ code, unit }: Pick<TestKind, 'code' | 'unit'>): string {
  return `${code}|${unit}`;
}

function Chooser({
  choices,
  reach,
  chosen,
  choose,
}: {
  choices: Choices;
  reach: string | undefined;
  chosen: string;
  choose: (test: string) => void;
}) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const { tests } = choices;
  if (tests.length === 0)
    return (
      <Empty title={t('explore.none')}>
        <span>{t('explore.noneAbout')}</span>
        {choices.reaches.length > 1 && (
          <span className="row">
            {t('explore.reach')}:
            {choices.reaches.map((reach) => (
              <Go key={reach} to={`/laboratory/explore?reach=${reach}`}>
                {t(`explore.reaches.${reach}`)}
              </Go>
            ))}
          </span>
        )}
      </Empty>
    );
  const isKnown = tests.some((each) => keyOf(each) === chosen);
  return (
    <div className="stack no-print">
      <Select
        showSearch={{ optionFilterProp: 'search' }}
        aria-label={t('explore.choose')}
        placeholder={t('explore.choose')}
        value={isKnown ? chosen : null}
        onChange={choose}
        style={{ width: '100%', maxWidth: 640 }}
        options={tests.map((each) => ({
          value: keyOf(each),
          label: `${nameOf(each)}${each.unit === '' ? '' : ` [${each.unit}]`} · ${number(each.results)}`,
          search: `${each.name.en} ${each.name.zh} ${each.code} ${each.unit}`,
        }))}
      />
      {!isKnown && (
        <Panel>
          <p className="quiet">{t('explore.chooseAbout')}</p>
          <p className="row">
            <span>{t('explore.examples')}</span>
            {tests.slice(0, EXAMPLES).map((each) => (
              <Go
                key={keyOf(each)}
                to={`/laboratory/explore?${new URLSearchParams({ ...(reach !== undefined && { reach }), test: keyOf(each) })}`}
              >
                {nameOf(each)}
              </Go>
            ))}
          </p>
        </Panel>
      )}
    </div>
  );
}

function Test({ test, filter }: { test: TestKind; filter: Filter }) {
  const { t } = useTranslation('laboratory');
  const summary = usePart<TestSummary>('explore/summary', filter);
  const [inverse, setInverse] = useState<EstimatedInterval>();
  if (summary.isPending) return <Loading />;
  if (summary.isError) return <Failure error={summary.error} retry={() => summary.refetch()} />;
  const told = summary.data;
  if (!told.enough)
    return (
      <Empty title={told.smallest === undefined ? t('explore.nothing') : t('explore.tooFew', { count: told.smallest })}>
        <span>{t('explore.tooFewHelp')}</span>
      </Empty>
    );
  return (
    <div className={summary.isPlaceholderData ? 'stale stack' : 'stack'} aria-busy={summary.isFetching}>
      <Summary test={test} summary={told} />
      <Distribution test={test} summary={told} inverse={inverse} />
      <Intervals test={test} filter={filter} published={told.published} onModel={setInverse} />
      <div className="pair">
        <ByAge unit={test.unit} filter={filter} />
        <OverTime unit={test.unit} filter={filter} />
        <ByPlace unit={test.unit} filter={filter} />
        <div className="stack">
          <ByGroup by="sex" unit={test.unit} filter={filter} />
          <ByGroup by="organization" unit={test.unit} filter={filter} />
        </div>
      </div>
    </div>
  );
}

function Summary({ test, summary }: { test: TestKind; summary: TestSummary }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const at = (p: number) => number(summary.percentiles.find((each) => each.p === p)?.value);
  const { flagged, excluded } = summary;
  const leftOut = (['belowOrAbove', 'unfinished', 'otherUnits', 'outliers'] as const)
    .filter((reason) => excluded[reason] > 0)
    .map((reason) => t(`explore.leftOut.${reason}`, { count: excluded[reason] }));
  const central = at(2.5) === '' ? undefined : `${at(2.5)} – ${at(97.5)}`;
  return (
    <Panel>
      <Figures
        figures={[
          { label: t('explore.results'), value: number(summary.results, 9) },
          { label: t('explore.persons'), value: number(summary.persons, 9) },
          { label: t('explore.median'), value: at(50) || '–', unit: test.unit },
          { label: t('explore.central'), value: central ?? '–', unit: test.unit },
          ...(flagged === undefined
            ? []
            : [{ label: t('explore.flagged'), value: number((100 * flagged.flagged) / flagged.of, 3), unit: '%' }]),
        ]}
      />
      <p className="quiet">
        {t('explore.period')} <Time at={summary.from} form="date" /> – <Time at={summary.until} form="date" /> ·{' '}
        {t('explore.excluded', { list: leftOut.length === 0 ? t('explore.leftOut.none') : leftOut.join(' · ') })}{' '}
        <Told told={summary} />
      </p>
    </Panel>
  );
}

function Distribution({
  test,
  summary,
  inverse,
}: {
  test: TestKind;
  summary: TestSummary;
  inverse: EstimatedInterval | undefined;
}) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const { smallest, results, bins, published } = summary;
  // Several published intervals are for different people: one band would be wrong for most.
  const band = published.length === 1 ? published[0] : undefined;
  return (
    <Panel>
      <Plot
        title={t('explore.distribution')}
        heightPx={320}
        option={histogramOption(
          summary,
          {
            unit: test.unit,
            count: t('explore.count'),
            model: t('explore.model'),
            published: t('explore.published'),
            median: t('explore.median'),
            number,
          },
          { published: band, inverse },
        )}
        note={
          smallest === undefined
            ? t('explore.distributionNoteRows', { count: results })
            : t('explore.distributionNote', { count: results, smallest })
        }
        table={{
          columns: [t('explore.low'), t('explore.high'), t('explore.count')],
          rows: bins.map(({ low, high, results: count }) => [low, high, count]),
        }}
      />
    </Panel>
  );
}
