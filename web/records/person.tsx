import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Alert, Button, Select, Tabs } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person, TimelineEntry, Trend } from '../../src/modules/records/model.ts';
import { api, Go, useAddressValue, usePathValue } from '../shell/index.ts';
import {
  type Column,
  DataTable,
  Failure,
  Loading,
  Page,
  Panel,
  PersonBanner,
  Plot,
  type PlotOption,
  Time,
  Timeline,
  type Tone,
} from '../ui/index.ts';

/** One person: who it is, what happened, how values went, and who looked. */
export default function PersonPage() {
  const { t } = useTranslation('records');
  const id = usePathValue('id');
  const [tab, setTab] = useAddressValue('tab', 'timeline');
  const person = useQuery({
    queryKey: ['person', id],
    queryFn: ({ signal }) => api.get<Person>(`/api/records/people/${encodeURIComponent(id)}`, { signal }),
  });
  if (person.isPending) return <Loading />;
  if (person.isError) return <Failure error={person.error} retry={() => person.refetch()} />;
  const { name, mergedInto } = person.data;
  return (
    <Page title={name || t('people.unnamed')} trail={<Go to="/records/people">{t('people.title')}</Go>}>
      <PersonBanner person={{ ...person.data, name: name || t('people.unnamed') }} />
      {mergedInto !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={t('person.mergedInto')}
          action={<Go to={`/records/people/${mergedInto}`}>{t('person.open')}</Go>}
        />
      )}
      <Tabs
        activeKey={tab}
        onChange={setTab}
        destroyOnHidden
        items={[
          { key: 'timeline', label: t('person.timeline'), children: <Happened id={id} /> },
          { key: 'trends', label: t('person.trends'), children: <Trends id={id} /> },
          { key: 'who', label: t('person.who'), children: <WhoLooked id={id} /> },
          { key: 'fhir', label: t('person.raw'), children: <Raw id={id} /> },
        ]}
      />
    </Page>
  );
}

const TONES: Partial<Record<TimelineEntry['kind'], Tone>> = {
  report: 'good',
  order: 'info',
  specimen: 'warning',
  encounter: 'primary',
};

function Happened({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const query = useInfiniteQuery({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ entries: TimelineEntry[]; next?: string }>(`/api/records/people/${encodeURIComponent(id)}/timeline`, {
        query: { after: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const items = query.data.pages.flatMap(({ entries }) =>
    entries.map(({ id, at, kind, title, status }) => ({
      id,
      at,
      title,
      by: [t(`person.kinds.${kind}`), status].filter(Boolean).join(' · '),
      tone: TONES[kind] ?? ('neutral' as const),
    })),
  );
  return (
    <>
      <Timeline items={items} />
      {query.hasNextPage && (
        <Button onClick={() => query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t('person.more')}
        </Button>
      )}
    </>
  );
}

function Trends({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const [chosen, setChosen] = useState<number>(0);
  const query = useQuery({
    queryKey: ['trends', id],
    queryFn: ({ signal }) =>
      api.get<{ trends: Trend[] }>(`/api/records/people/${encodeURIComponent(id)}/trends`, { signal }),
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { trends } = query.data;
  const trend = trends[chosen];
  if (trend === undefined) return <p>{t('person.noTrends')}</p>;
  return (
    <Panel
      title={nameOf(trend)}
      actions={
        <Select
          aria-label={t('person.choose')}
          value={chosen}
          onChange={setChosen}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ minWidth: 200, maxWidth: '70vw' }}
          options={trends.map((each, value) => ({ value, label: `${nameOf(each)} (${each.points.length})` }))}
        />
      }
    >
      <TrendPlot trend={trend} />
    </Panel>
  );
}

function nameOf({ name, unit }: Trend): string {
  return unit === undefined ? name : `${name} [${unit}]`;
}

function TrendPlot({ trend }: { trend: Trend }) {
  const { t } = useTranslation('records');
  const option = useMemo((): PlotOption => {
    const line = (key: 'low' | 'high') => ({
      type: 'line',
      step: 'end',
      name: t(`person.${key}`),
      showSymbol: false,
      lineStyle: { type: 'dashed', width: 1 },
      data: trend.points.flatMap((point) => (point[key] === undefined ? [] : [[point.at, point[key]]])),
    });
    return {
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'time' },
      yAxis: { type: 'value', scale: true, name: trend.unit ?? '' },
      series: [
        {
          type: 'line',
          name: t('person.value'),
          symbolSize: 7,
          data: trend.points.map(({ at, value }) => [at, value]),
        },
        line('low'),
        line('high'),
      ],
    };
  }, [trend, t]);
  const columns = ['at', 'value', 'low', 'high', 'flag'] as const;
  return (
    <Plot
      title={nameOf(trend)}
      option={option}
      note={t('person.limits')}
      table={{
        columns: columns.map((column) => t(`person.${column}`)),
        rows: trend.points.map((point) => columns.map((column) => point[column] ?? '')),
      }}
    />
  );
}

interface Look {
  id: string;
  at: string;
  actorName: string;
  act: string;
  purpose: string;
}

function WhoLooked({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const columns: Column<Look>[] = [
    { key: 'actor', title: t('person.actor'), value: (row) => row.actorName, phoneTitle: true },
    { key: 'act', title: t('person.act'), value: (row) => row.act, render: (row) => <code>{row.act}</code> },
    { key: 'purpose', title: t('person.purpose'), value: (row) => row.purpose },
    { key: 'at', title: t('person.at'), value: (row) => new Date(row.at), render: (row) => <Time at={row.at} /> },
  ];
  return (
    <DataTable
      name="who-looked"
      label={t('person.who')}
      columns={columns}
      rowKey={(row) => row.id}
      searchable={false}
      source={{
        queryKey: ['who', id],
        load: async ({ after, limit }, signal) => {
          const query = { patient: id, after, limit: Math.min(limit, 200) };
          const { rows, next } = await api.get<{ rows: Look[]; next?: string }>('/api/access/audit', {
            query,
            signal,
          });
          return { rows, next };
        },
      }}
    />
  );
}

function Raw({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const query = useQuery({
    queryKey: ['fhir', 'Patient', id],
    queryFn: ({ signal }) => api.get<unknown>(`/fhir/Patient/${encodeURIComponent(id)}`, { signal }),
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <section aria-label={t('person.raw')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="json" tabIndex={0}>
        {JSON.stringify(query.data, null, 2)}
      </pre>
    </section>
  );
}
