import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Progress } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, Go } from '../shell/index.ts';
import {
  type Column,
  DataTable,
  Facts,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  Plot,
  Sparkline,
  StatusTag,
  Time,
  useAsk,
  useNotice,
} from '../ui/index.ts';
import './lake.css';
import { showBytes } from './lake-api.ts';

interface Held {
  view: string;
  order: readonly string[];
  rows: number;
  bytes: number;
  parts: number;
}

interface Status {
  trouble?: string;
  lagSeconds: number;
  waiting: number;
  generations: readonly {
    id: number;
    database: string;
    state: 'building' | 'current';
    resources: number;
    filling?: string;
    madeAt: string;
    currentAt?: string;
  }[];
  building: readonly string[];
  refused: readonly { url: string; reason: string }[];
  skipped: number;
  held: readonly Held[];
  now: string;
}

interface Check {
  startedAt: string;
  at: string;
  endedAt?: string;
  problem?: string;
  report?: {
    views: readonly { view: string; rows: number }[];
    differences: readonly {
      view: string;
      type: string;
      id: string;
      expected: number;
      found: number;
      skipped?: string;
    }[];
    count: number;
    more: boolean;
  };
}

const STATUS = ['lake', 'status'] as const;
const CHECK = ['lake', 'check'] as const;
const EVERY_MS = 2_000;
const SAMPLES = 90;
/** More is worth a look: the feed waits three seconds at the most before it begins a batch. */
const LATE_SECONDS = 30;

/** How the lake is: how far behind, what it holds, what is being built; and its rebuild and check. */
export default function LakeStatus() {
  const { t } = useTranslation('lake');
  const query = useQuery({
    queryKey: STATUS,
    queryFn: ({ signal }) => api.get<Status>('/api/lake/status', { signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Page title={t('status.title')} about={t('status.about')} actions={query.data && <Rebuild status={query.data} />}>
      {query.isPending && <Loading lines={8} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.data !== undefined && (
        <>
          <Troubles status={query.data} />
          <Now status={query.data} at={query.dataUpdatedAt} />
          <Building status={query.data} />
          <Holdings held={query.data.held} />
          <CheckPanel />
        </>
      )}
    </Page>
  );
}

/** Each with what to do about it. */
function Troubles({ status: { trouble, lagSeconds, refused, skipped, generations } }: { status: Status }) {
  const { t, i18n } = useTranslation('lake');
  return (
    <>
      {trouble !== undefined && (
        <Alert
          type="error"
          showIcon
          title={t('status.engineAway')}
          description={t('status.engineAwayAbout', { trouble })}
        />
      )}
      {trouble === undefined && lagSeconds > LATE_SECONDS && (
        <Alert
          type="warning"
          showIcon
          title={t('status.late', { seconds: Math.round(lagSeconds).toLocaleString(i18n.language) })}
          description={t('status.lateAbout')}
        />
      )}
      {generations.every(({ state }) => state !== 'current') && (
        <Alert type="info" showIcon title={t('status.noGeneration')} description={t('status.noGenerationAbout')} />
      )}
      {refused.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('status.refused', { count: refused.length })}
          description={
            <ul className="issues">
              {refused.map(({ url, reason }) => (
                <li key={url}>
                  <code>{url}</code> {reason}
                </li>
              ))}
            </ul>
          }
        />
      )}
      {skipped > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('status.skipped', { count: skipped })}
          description={<Go to="/dead-letters">{t('status.skippedAbout')}</Go>}
        />
      )}
    </>
  );
}

function Now({ status, at }: { status: Status; at: number }) {
  const { t, i18n } = useTranslation('lake');
  const lags = useSamples(status.lagSeconds, at);
  const rows = status.held.reduce((sum, held) => sum + held.rows, 0);
  const bytes = status.held.reduce((sum, held) => sum + held.bytes, 0);
  const current = status.generations.find(({ state }) => state === 'current');
  const lag = status.lagSeconds.toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  return (
    <>
      <Figures
        figures={[
          {
            label: t('status.engine'),
            value: t(status.trouble === undefined ? 'status.up' : 'status.away'),
            tone: status.trouble === undefined ? 'good' : 'danger',
          },
          {
            label: t('status.lag'),
            value: lag,
            unit: 's',
            tone: status.lagSeconds > LATE_SECONDS ? 'warning' : 'good',
          },
          { label: t('status.waiting'), value: status.waiting.toLocaleString(i18n.language) },
          { label: t('status.rows'), value: rows.toLocaleString(i18n.language) },
          { label: t('status.bytes'), value: showBytes(bytes, i18n.language) },
        ]}
      />
      <div className="columns">
        <Panel title={t('status.lagOver')}>
          <div className="lag">
            <Sparkline values={lags} label={t('status.lagLabel', { lag })} colour="var(--primary)" />
          </div>
          <p className="plot-note">
            {t('status.lagNote', {
              most: Math.max(0, ...lags).toLocaleString(i18n.language, { maximumFractionDigits: 1 }),
              minutes: (SAMPLES * EVERY_MS) / 60_000,
            })}
          </p>
        </Panel>
        <Panel title={t('status.generation')}>
          {current === undefined ? (
            <p className="note">{t('status.noGeneration')}</p>
          ) : (
            <Facts
              facts={[
                [t('status.number'), current.id],
                [t('status.database'), <code key="database">{current.database}</code>],
                [t('status.madeAt'), <Time key="made" at={current.madeAt} />],
                [t('status.currentAt'), current.currentAt && <Time key="current" at={current.currentAt} />],
              ]}
            />
          )}
        </Panel>
      </div>
    </>
  );
}

/** The last values, one for each time they were read. */
function useSamples(value: number, at: number): number[] {
  const [samples, setSamples] = useState<{ at: number; value: number }[]>([]);
  useEffect(() => {
    setSamples((before) => (before.at(-1)?.at === at ? before : [...before, { at, value }].slice(-SAMPLES)));
  }, [value, at]);
  const values = samples.map((sample) => sample.value);
  return values.length < 2 ? [value, value] : values;
}

function Building({ status: { generations, building, held } }: { status: Status }) {
  const { t, i18n } = useTranslation('lake');
  const fresh = generations.find(({ state }) => state === 'building');
  if (fresh === undefined && building.length === 0) return null;
  const all = held.find(({ view }) => view === 'resource')?.rows ?? 0;
  return (
    <Panel title={t('status.building')}>
      <div className="stack">
        {fresh !== undefined && (
          <div>
            <Progress
              aria-label={t('status.rebuilding')}
              percent={all === 0 ? 0 : Math.min(99, Math.floor((100 * fresh.resources) / all))}
              status="active"
            />
            <p className="note">
              {t('status.rebuildingAbout', {
                number: fresh.id,
                resources: fresh.resources.toLocaleString(i18n.language),
                type: fresh.filling ?? '…',
              })}
            </p>
          </div>
        )}
        {building.length > 0 && (
          <p>
            {t('status.fillingViews')}{' '}
            {building.map((name) => (
              <code key={name}>{name} </code>
            ))}
          </p>
        )}
      </div>
    </Panel>
  );
}

function Holdings({ held }: { held: readonly Held[] }) {
  const { t, i18n } = useTranslation('lake');
  const sorted = useMemo(() => [...held].sort((one, two) => two.bytes - one.bytes), [held]);
  const key = sorted.map(({ view, order, bytes }) => `${view} ${order} ${bytes}`).join('|');
  // The same figures are the same picture: it is not drawn anew every two seconds.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that the picture shows
  const option = useMemo(() => {
    const shown = [...sorted].slice(0, 20).reverse();
    return {
      grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: {
        type: 'value',
        axisLabel: { formatter: (bytes: number) => showBytes(bytes, i18n.language), hideOverlap: true },
      },
      yAxis: {
        type: 'category',
        data: shown.map(nameOf),
        // In a hand the names leave room for the bars.
        axisLabel: { width: window.innerWidth < 720 ? 130 : 320, overflow: 'truncate' },
      },
      series: [{ type: 'bar', name: t('status.bytes'), data: shown.map(({ bytes }) => bytes), barMaxWidth: 18 }],
    };
  }, [key, i18n.language, t]);
  if (held.length === 0) return null;
  const columns: Column<Held>[] = [
    {
      key: 'view',
      title: t('views.view'),
      value: ({ view }) => view,
      render: ({ view }) => <code>{view}</code>,
      phoneTitle: true,
      sortable: true,
    },
    { key: 'order', title: t('status.order'), value: ({ order }) => order.join(', ') },
    { key: 'rows', title: t('status.rows'), value: ({ rows }) => rows, end: true, sortable: true },
    {
      key: 'bytes',
      title: t('status.bytes'),
      value: ({ bytes }) => bytes,
      render: ({ bytes }) => showBytes(bytes, i18n.language),
      end: true,
      sortable: true,
    },
    {
      key: 'each',
      title: t('status.each'),
      value: ({ bytes, rows }) => (rows === 0 ? undefined : bytes / rows),
      render: ({ bytes, rows }) =>
        rows === 0 ? '' : (bytes / rows).toLocaleString(i18n.language, { maximumFractionDigits: 1 }),
      end: true,
      sortable: true,
    },
    { key: 'parts', title: t('status.parts'), value: ({ parts }) => parts, end: true, sortable: true },
  ];
  return (
    <>
      <Panel>
        <Plot
          title={t('status.holdings')}
          option={option}
          heightPx={Math.min(20, sorted.length) * 26 + 40}
          table={{
            columns: [t('views.view'), t('status.rows'), t('status.bytes')],
            rows: sorted.map((each) => [nameOf(each), each.rows, each.bytes]),
          }}
          note={t('status.holdingsNote')}
        />
      </Panel>
      <DataTable
        name="lake-holdings"
        label={t('status.holdings')}
        columns={columns}
        rowKey={nameOf}
        source={{ rows: held }}
        sort={{ key: 'bytes', descending: true }}
      />
    </>
  );
}

function nameOf({ view, order }: Held): string {
  return order.length === 0 ? view : `${view} (${order.join(', ')})`;
}

function Rebuild({ status }: { status: Status }) {
  const { t } = useTranslation('lake');
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const rebuild = useMutation({
    mutationFn: () => api.post<{ generation: number }>('/api/lake/rebuild'),
    onSuccess: ({ generation }) => notice.done(t('status.rebuildBegun', { number: generation })),
    onError: notice.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: STATUS }),
  });
  const isBuilding = status.generations.some(({ state }) => state === 'building');
  const confirm = async () => {
    const answer = await ask({
      title: t('status.rebuildAsk'),
      about: t('status.rebuildAbout'),
      act: t('status.rebuild'),
    });
    if (answer !== undefined) rebuild.mutate();
  };
  return (
    <Button disabled={isBuilding || status.trouble !== undefined} loading={rebuild.isPending} onClick={confirm}>
      {t('status.rebuild')}
    </Button>
  );
}

function CheckPanel() {
  const { t, i18n } = useTranslation('lake');
  const notice = useNotice();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: CHECK,
    queryFn: ({ signal }) => api.get<{ check: Check | null }>('/api/lake/check', { signal }),
    refetchInterval: ({ state }) => (state.data?.check?.endedAt === undefined && state.data?.check ? 1_000 : false),
  });
  const begin = useMutation({
    mutationFn: () => api.post<{ check: Check }>('/api/lake/check'),
    onError: notice.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: CHECK }),
  });
  const check = query.data?.check ?? undefined;
  const isRunning = check !== undefined && check.endedAt === undefined;
  const report = check?.report;
  return (
    <Panel
      title={t('status.check')}
      actions={
        <Button size="small" loading={isRunning || begin.isPending} onClick={() => begin.mutate()}>
          {t('status.checkNow')}
        </Button>
      }
    >
      <div className="stack" role="status">
        <p className="note">{t('status.checkAbout')}</p>
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {isRunning && <p>{t('status.checking', { at: check.at })}</p>}
        {check?.problem !== undefined && <Alert type="error" showIcon title={check.problem} />}
        {report !== undefined && check?.endedAt !== undefined && (
          <>
            <div className="row">
              <StatusTag tone={report.count === 0 ? 'good' : 'danger'}>
                {report.count === 0 ? t('status.clean') : t('status.differences', { count: report.count })}
              </StatusTag>
              <span className="quiet">
                {t('status.checked', {
                  views: report.views.length,
                  rows: report.views.reduce((sum, { rows }) => sum + rows, 0).toLocaleString(i18n.language),
                })}
              </span>
              <Time at={check.endedAt} />
            </div>
            {report.count > 0 && (
              <ul className="issues">
                {report.differences.map(({ view, type, id, expected, found, skipped }) => (
                  <li key={`${view} ${type} ${id}`}>
                    <code>{view}</code> {type}/{id}: {t('status.difference', { expected, found })} {skipped}
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </div>
    </Panel>
  );
}
