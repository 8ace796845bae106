import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Trend } from '../../src/modules/records/model.ts';
import { api, useAddressValue } from '../shell/index.ts';
import {
  Empty,
  Failure,
  Loading,
  Panel,
  Plot,
  type PlotOption,
  StatusTag,
  showTime,
  Time,
  type Tone,
} from '../ui/index.ts';
import { useNamed } from './words.ts';

type Point = Trend['points'][number];

/** HL7 table 0078; what is not here is shown as it came. */
const FLAG_TONES: Record<string, Tone> = {
  N: 'good',
  L: 'warning',
  H: 'warning',
  A: 'warning',
  LL: 'danger',
  HH: 'danger',
  AA: 'danger',
};
/** Colours of marked values on both looks; the sign and the table say the same. */
const MARKS: Partial<Record<Tone, string>> = { warning: '#d97706', danger: '#d4380d' };
const BAND = 'rgba(34, 150, 120, 0.14)';

/** All measured quantities of a person with their last value; the chosen one as a curve over its reference band. */
export function Trends({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const named = useNamed();
  const [chosen, choose] = useAddressValue('value');
  const query = useQuery({
    queryKey: ['trends', id],
    queryFn: ({ signal }) =>
      api.get<{ trends: Trend[] }>(`/api/records/people/${encodeURIComponent(id)}/trends`, { signal }),
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { trends } = query.data;
  const trend = trends.find((each) => keyOf(each) === chosen) ?? trends[0];
  if (trend === undefined) return <Empty title={t('person.noTrends')} />;
  return (
    <div className="trends">
      <nav className="trends-list" aria-label={t('person.choose')}>
        <ul>
          {trends.map((each) => {
            const last = each.points.at(-1) as Point;
            const key = keyOf(each);
            return (
              <li key={key}>
                <button
                  type="button"
                  className="trends-choice"
                  aria-current={each === trend}
                  onClick={() => choose(key)}
                >
                  <span className="trends-name">{named({ text: each.name, textZh: each.nameZh })}</span>
                  <span className="numbers">
                    {last.value} <small className="quiet">{each.unit}</small>
                  </span>
                  <Flag of={last} />
                  <small className="quiet">{t('person.values', { count: each.points.length })}</small>
                </button>
              </li>
            );
          })}
        </ul>
      </nav>
      <Panel>
        <TrendPlot trend={trend} />
        <p className="quiet">
          {t('person.latest')} <Time at={trend.points.at(-1)?.at} />
        </p>
      </Panel>
    </div>
  );
}

function keyOf({ code, unit = '' }: Trend): string {
  return `${code} ${unit}`;
}

function Flag({ of: { flag } }: { of: Point }) {
  const { t } = useTranslation('records');
  if (flag === undefined) return null;
  return (
    <StatusTag tone={FLAG_TONES[flag] ?? 'neutral'}>{t(`person.flags.${flag}`, { defaultValue: flag })}</StatusTag>
  );
}

function TrendPlot({ trend }: { trend: Trend }) {
  const { t, i18n } = useTranslation('records');
  const named = useNamed();
  const title = `${named({ text: trend.name, textZh: trend.nameZh })}${trend.unit === undefined ? '' : ` [${trend.unit}]`}`;
  const option = useMemo((): PlotOption => optionOf(trend, t('person.value'), t('person.interval')), [trend, t]);
  const columns = ['at', 'value', 'low', 'high', 'flag'] as const;
  const cellOf = (point: Point, column: (typeof columns)[number]) => {
    if (column === 'at') return showTime(new Date(point.at), 'minute', i18n.language);
    if (column === 'flag')
      return point.flag === undefined ? '' : t(`person.flags.${point.flag}`, { defaultValue: point.flag });
    return point[column] ?? '';
  };
  return (
    <Plot
      title={title}
      option={option}
      heightPx={320}
      note={t('person.limits')}
      table={{
        columns: columns.map((column) => t(`person.${column}`)),
        rows: trend.points.map((point) => columns.map((column) => cellOf(point, column))),
      }}
    />
  );
}

/** The curve, its marked values, and the interval that came with each value as a band behind it; one limit alone is a line. */
function optionOf({ points, unit = '' }: Trend, valueName: string, intervalName: string): PlotOption {
  const limits = (key: 'low' | 'high') => points.map((point) => [point.at, point[key] ?? null]);
  const whole = points.every(({ low, high }) => low !== undefined && high !== undefined);
  const silent = { type: 'line', step: 'end', silent: true, showSymbol: false, tooltip: { show: false } };
  const dashed = { ...silent, name: intervalName, lineStyle: { type: 'dashed', width: 1, color: '#2f9e7d' } };
  const band = [
    { ...silent, stack: 'band', lineStyle: { opacity: 0 }, data: limits('low') },
    {
      ...silent,
      name: intervalName,
      stack: 'band',
      lineStyle: { opacity: 0 },
      areaStyle: { color: BAND },
      data: points.map(({ at, low = 0, high = 0 }) => [at, high - low]),
    },
  ];
  return {
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => `${String(value)} ${unit}` },
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    xAxis: { type: 'time' },
    yAxis: { type: 'value', scale: true, name: unit },
    series: [
      ...(whole ? band : []),
      ...(['low', 'high'] as const).map((key) => ({ ...dashed, data: limits(key) })),
      {
        type: 'line',
        name: valueName,
        z: 3,
        symbol: 'circle',
        symbolSize: 8,
        data: points.map(({ at, value, flag = '' }) => {
          const colour = MARKS[FLAG_TONES[flag] ?? 'neutral'];
          return {
            value: [at, value],
            ...(colour !== undefined && { symbolSize: 11, itemStyle: { color: colour } }),
          };
        }),
      },
    ],
  };
}
