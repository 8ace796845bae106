import { Button, Progress } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  EstimatedInterval,
  IntervalAnswer,
  PublishedInterval,
  TestKind,
} from '../../src/modules/laboratory/model.ts';
import { useAddressValue } from '../shell/index.ts';
import { type Column, DataTable, Empty, Failure, Panel } from '../ui/index.ts';
import { type Filter, useIntervals, useNumber } from './explore-ask.ts';

interface Line {
  key: string;
  method: string;
  forWhom: string;
  n?: number;
  lower: string;
  upper: string;
  notes: string;
  source: string;
}

/** The reference interval by all methods, beside the published one. Estimated when asked, because it takes seconds. */
export function Intervals({
  test,
  filter,
  published,
  onModel,
}: {
  test: TestKind;
  filter: Filter;
  published: readonly PublishedInterval[];
  onModel: (model: EstimatedInterval | undefined) => void;
}) {
  const { t } = useTranslation('laboratory');
  const [asked, ask] = useAddressValue('interval');
  const isAsked = asked === 'yes';
  const { query, progress } = useIntervals(filter, isAsked);
  const answer = query.data ?? progress;
  const model = isAsked
    ? answer?.estimates.find(({ method, sex }) => method === 'inverse' && sex === undefined)
    : undefined;
  useEffect(() => onModel(model?.curve === undefined ? undefined : model), [model, onModel]);
  const lines = useLines(test);
  const working = isAsked && query.isFetching;
  return (
    <Panel
      title={t('explore.intervals')}
      actions={
        working ? (
          <Button size="small" onClick={() => ask('')}>
            {t('explore.stop')}
          </Button>
        ) : (
          <Button
            size="small"
            type={isAsked ? 'default' : 'primary'}
            onClick={() => (isAsked ? query.refetch() : ask('yes'))}
          >
            {isAsked ? t('explore.again') : t('explore.estimate')}
          </Button>
        )
      }
    >
      <p className="quiet">{t('explore.intervalsAbout')}</p>
      {working && <Working progress={progress} />}
      {isAsked && query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {isAsked && query.data?.state === 'failed' && <Empty title={t('explore.failedEstimate')} />}
      {isAsked && query.data?.enough === false && (
        <Empty title={t('explore.unanswered.too-few', { count: 20 })}>
          <span>{t('explore.tooFewHelp')}</span>
        </Empty>
      )}
      <Results lines={lines(published, isAsked ? (answer?.estimates ?? []) : [])} />
      {isAsked && answer?.partition !== undefined && <Partition answer={answer} />}
      {isAsked && query.data?.state === 'done' && query.data.enough && (
        <p className="quiet">
          {t('explore.advice')} {t('explore.took', { ms: query.data.tookMs })}
        </p>
      )}
    </Panel>
  );
}

function Working({ progress }: { progress: IntervalAnswer | undefined }) {
  const { t } = useTranslation('laboratory');
  const { done = 0, of = 0 } = progress ?? {};
  return (
    <div role="status" className="explore-progress">
      <Progress
        aria-label={t('explore.intervals')}
        percent={of === 0 ? 0 : Math.round((100 * done) / of)}
        size="small"
      />
      <span className="quiet">{of === 0 ? t('explore.waiting') : t('explore.working', { done, of })}</span>
    </div>
  );
}

function Results({ lines }: { lines: Line[] }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  if (lines.length === 0) return null;
  const columns: Column<Line>[] = [
    { key: 'method', title: t('explore.method'), value: ({ method }) => method, phoneTitle: true },
    { key: 'forWhom', title: t('explore.forWhom'), value: ({ forWhom }) => forWhom },
    { key: 'n', title: 'n', value: ({ n }) => n, end: true, render: ({ n }) => number(n, 9) },
    { key: 'lower', title: t('explore.lower'), value: ({ lower }) => lower },
    { key: 'upper', title: t('explore.upper'), value: ({ upper }) => upper },
    { key: 'notes', title: '', value: ({ notes }) => notes },
    { key: 'source', title: t('explore.source'), value: ({ source }) => source },
  ];
  return (
    <DataTable
      name="reference-intervals"
      label={`${t('explore.intervals')}: ${t('explore.table')}`}
      columns={columns}
      rowKey={({ key }) => key}
      source={{ rows: lines }}
    />
  );
}

/** The table's lines: what is published first, then each estimate. */
function useLines(test: TestKind) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  const limit = (of: EstimatedInterval['lower'], resamples: number | undefined) => {
    if (of === undefined) return '';
    if (resamples === 0) return `${number(of.value)} ${test.unit}`;
    const around =
      of.low === undefined || of.high === undefined
        ? t('explore.noInterval')
        : t('explore.interval90', { low: number(of.low), high: number(of.high) });
    return `${number(of.value)} ${test.unit} (${around})`;
  };
  const sexOf = (sex: string | undefined) => (sex === undefined ? t('explore.everybody') : t(`explore.sexes.${sex}`));
  const notesOf = ({ unanswered, needed, sharePercent, resamples }: EstimatedInterval) => {
    if (unanswered !== undefined) return t(`explore.unanswered.${unanswered}`, { count: needed ?? 0 });
    return [
      sharePercent === undefined ? '' : t('explore.sharePercent', { share: number(sharePercent, 3) }),
      resamples === undefined || resamples === 0 ? '' : t('explore.resamples', { count: resamples }),
    ]
      .filter((each) => each !== '')
      .join('; ');
  };
  const ageOf = ({ from, to }: PublishedInterval) => {
    if (from === undefined && to === undefined) return '';
    return to === undefined ? t('explore.agesFrom', { from }) : t('explore.ages', { from: from ?? 0, to: to - 1 });
  };
  return (published: readonly PublishedInterval[], estimates: readonly EstimatedInterval[]): Line[] => [
    ...published.map((each, at) => ({
      key: `published ${at}`,
      method: t('explore.methods.published'),
      forWhom: [sexOf(each.sex), ageOf(each)].filter((part) => part !== '').join(', '),
      lower: each.low === undefined ? '' : `${number(each.low)} ${test.unit}`,
      upper: each.high === undefined ? '' : `${number(each.high)} ${test.unit}`,
      notes: each.kind === 'decision' ? t('explore.decision') : '',
      source: each.source,
    })),
    ...estimates.map((each) => ({
      key: `${each.method} ${each.sex ?? ''}`,
      method: t(`explore.methods.${each.method}`),
      forWhom: sexOf(each.sex),
      n: each.n,
      lower: limit(each.lower, each.resamples),
      upper: limit(each.upper, each.resamples),
      notes: notesOf(each),
      source: t(`explore.sources.${each.method}`),
    })),
  ];
}

function Partition({ answer: { partition } }: { answer: IntervalAnswer }) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  if (partition === undefined) return null;
  const { z, bound, spreadRatio, apart, verdict, shares } = partition;
  const [men, women] = shares ?? [];
  return (
    <>
      {z !== undefined && (
        <p>
          {t(apart === true ? 'explore.apart' : 'explore.together', {
            z: number(z, 3),
            bound: number(bound, 3),
            ratio: number(spreadRatio, 3),
          })}
        </p>
      )}
      {verdict !== undefined && men !== undefined && women !== undefined && (
        <p>
          {t('explore.lahti', {
            menBelow: number(men.belowPercent, 2),
            menAbove: number(men.abovePercent, 2),
            womenBelow: number(women.belowPercent, 2),
            womenAbove: number(women.abovePercent, 2),
            verdict: t(`explore.verdicts.${verdict}`),
          })}
        </p>
      )}
    </>
  );
}
