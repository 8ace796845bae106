import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryPoint, PersonHistory, TestHistory } from '../../src/modules/records/model.ts';
import { api } from '../shell/index.ts';
import { Empty, Failure, Loading, Scroller, showTime } from '../ui/index.ts';
import './cohort.css';
import { useNamed } from './words.ts';

/** Every laboratory result of a person, years back: a small picture for each test, its values on demand. One question of the lake. */
export function ResultHistory({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed).trim().toLowerCase();
  const query = useQuery({
    queryKey: ['history', id],
    queryFn: ({ signal }) =>
      api.get<PersonHistory>(`/api/records/people/${encodeURIComponent(id)}/history`, { signal }),
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { tests, results, cut, tookMs } = query.data;
  if (tests.length === 0) return <Empty title={t('cohort.history.none')} />;
  const found = tests.filter(({ code, name, nameZh = '' }) =>
    `${code} ${name} ${nameZh}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="stack">
      <div className="row">
        <Input.Search
          aria-label={t('cohort.history.search')}
          placeholder={t('cohort.history.search')}
          allowClear
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          style={{ maxWidth: 280 }}
        />
        <span className="quiet">
          {t('cohort.history.told', { count: results, tests: tests.length, ms: tookMs })}{' '}
          {cut && t('cohort.history.cut')}
        </span>
      </div>
      <div className="history-grid">
        {found.map((test) => (
          <TestCard key={`${test.system} ${test.code} ${test.unit}`} test={test} />
        ))}
      </div>
    </div>
  );
}

function TestCard({ test }: { test: TestHistory }) {
  const { t, i18n } = useTranslation('records');
  const named = useNamed();
  const { points, unit } = test;
  const name = named({ text: test.name, textZh: test.nameZh });
  const last = points.at(-1) as HistoryPoint;
  const dayOf = (at: string) => showTime(new Date(at), 'date', i18n.language);
  const label = t('cohort.history.small', {
    name,
    count: points.length,
    from: dayOf((points[0] as HistoryPoint).at),
    to: dayOf(last.at),
  });
  const columns = ['at', 'value', 'interval'] as const;
  const cells = (point: HistoryPoint) => ({
    at: showTime(new Date(point.at), 'minute', i18n.language),
    value: [sayOf(point), point.flag === 'N' ? undefined : point.flag].filter(Boolean).join(' '),
    interval: sayInterval(point),
  });
  return (
    <section className="history-card" aria-label={name}>
      <h3>{name}</h3>
      <div className="numbers">
        <strong>{sayOf(last)}</strong> <small className="quiet">{unit}</small>
      </div>
      <SmallPicture points={points} label={label} />
      <small className="quiet numbers">
        {[...new Set([dayOf((points[0] as HistoryPoint).at), dayOf(last.at)])].join(' – ')}
      </small>
      <details>
        <summary>{t('cohort.history.results', { count: points.length })}</summary>
        <Scroller label={`${t('cohort.history.table')}: ${name}`} heightPx={220}>
          <table className="table">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    <span>{t(`person.${column}`)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map((point, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two results may be alike in everything that is shown
                <tr key={at}>
                  {columns.map((column) => (
                    <td key={column} data-label={t(`person.${column}`)} className="numbers">
                      {cells(point)[column]}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      </details>
    </section>
  );
}

function sayOf({ value, comparator = '', text = '' }: HistoryPoint): string {
  return value === undefined ? text : `${comparator}${value}`;
}

/** The limits that came with the result; one alone is a bound. */
function sayInterval({ low, high }: HistoryPoint): string {
  if (low === undefined) return high === undefined ? '' : `≤ ${high}`;
  return high === undefined ? `≥ ${low}` : `${low} – ${high}`;
}

const WIDTH = 200;
const HEIGHT = 64;
const EDGE = 4;

/** Values over their own time, the last reference interval as a band behind them, values outside their own interval in red. */
function SmallPicture({ points, label }: { points: readonly HistoryPoint[]; label: string }) {
  const measured = points.filter((point): point is HistoryPoint & { value: number } => point.value !== undefined);
  if (measured.length === 0) return null;
  const { low, high } = measured.findLast((point) => point.low !== undefined || point.high !== undefined) ?? {};
  const heights = [
    ...measured.map(({ value }) => value),
    ...(low === undefined ? [] : [low]),
    ...(high === undefined ? [] : [high]),
  ];
  const times = measured.map(({ at }) => Date.parse(at));
  const x = scale(Math.min(...times), Math.max(...times), EDGE, WIDTH - EDGE);
  const y = scale(Math.min(...heights), Math.max(...heights), HEIGHT - EDGE, EDGE);
  const [top, bottom] = [high === undefined ? 0 : y(high), low === undefined ? HEIGHT : y(low)];
  const places = measured.map((point) => ({ point, x: x(Date.parse(point.at)), y: y(point.value) }));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {(low !== undefined || high !== undefined) && (
        <rect x="0" y={top} width={WIDTH} height={Math.max(0, bottom - top)} fill="currentColor" opacity="0.12" />
      )}
      <polyline
        points={places.map((place) => `${place.x.toFixed(1)},${place.y.toFixed(1)}`).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
      {places.map((place) => (
        <line
          key={`${place.x} ${place.y}`}
          x1={place.x}
          x2={place.x}
          y1={place.y - 4}
          y2={place.y + 4}
          stroke={isOutside(place.point) ? 'var(--danger)' : 'currentColor'}
          strokeWidth={isOutside(place.point) ? 4 : 2}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}

function isOutside({ value, low, high }: HistoryPoint): boolean {
  return value !== undefined && ((low !== undefined && value < low) || (high !== undefined && value > high));
}

/** Maps a span onto another; one value alone lies in the middle. */
function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  return (value) => (to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start));
}
