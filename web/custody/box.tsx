import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  Alarm,
  Anomaly,
  Excursion,
  HandOver,
  Reading,
  Thing,
  Trace,
  TransportClass,
  Wire,
} from '../../src/modules/custody/model.ts';
import { api, Go, useGo, usePathValue } from '../shell/index.ts';
import {
  DataTable,
  Empty,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  Plot,
  StatusTag,
  Time,
  Timeline,
} from '../ui/index.ts';
import { ALARM_TONES, degrees, type Names, STATE_TONES, useNameOf } from './words.ts';

interface BoxDetail {
  box: Wire<Thing>;
  class: TransportClass;
  contents: Wire<Thing>[];
  history: Wire<Trace>[];
  handOvers: Wire<HandOver>[];
  readings: Wire<Reading>[];
  condition: {
    minutesAbove: number;
    minutesBelow: number;
    unmeasuredMinutes: number;
    lowestC?: number;
    highestC?: number;
    meanKineticC?: number;
    frozen: boolean;
  };
  kineticSource: string;
  excursions: Wire<Excursion>[];
  alarms: Wire<Alarm>[];
  anomalies: Wire<Anomaly>[];
  names: Names;
}

/** One box: its temperature against its limits, what is in it, who had it, what went wrong. */
export default function Box() {
  const id = usePathValue('id');
  const { t } = useTranslation('custody');
  const go = useGo();
  const query = useQuery({
    queryKey: ['box', id],
    queryFn: ({ signal }) => api.get<BoxDetail>(`/api/custody/boxes/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 30_000,
  });
  if (query.isPending)
    return (
      <Page title={t('box.title', { code: '' })}>
        <Loading />
      </Page>
    );
  if (query.isError)
    return (
      <Page title={t('box.title', { code: '' })}>
        <Failure error={query.error} retry={() => query.refetch()} />
      </Page>
    );
  const detail = query.data;
  const { box } = detail;
  return (
    <Page
      title={t('box.title', { code: box.code })}
      trail={<Go to="/custody/boxes">{t('boxes.title')}</Go>}
      actions={
        <Button
          type="primary"
          size="large"
          onClick={() => go(`/custody/hand-over?thing=${encodeURIComponent(box.part)}`)}
        >
          {t('boxes.handOver')}
        </Button>
      }
    >
      <Condition detail={detail} />
      <Panel title={t('box.temperature')}>
        <Course readings={detail.readings} limits={detail.class} kineticSource={detail.kineticSource} />
      </Panel>
      <div className="columns">
        <Contents things={detail.contents} />
        <HandOvers handOvers={detail.handOvers} names={detail.names} />
      </div>
      <Trouble detail={detail} />
      <Panel title={t('box.history')}>
        <History detail={detail} />
      </Panel>
    </Page>
  );
}

function Condition({ detail: { box, condition, names } }: { detail: BoxDetail }) {
  const { t } = useTranslation('custody');
  const nameOf = useNameOf();
  const tone = (bad: boolean) => (bad ? { tone: 'danger' as const } : {});
  return (
    <Figures
      figures={[
        {
          label: t('boxes.state'),
          value: <StatusTag tone={STATE_TONES[box.state] ?? 'neutral'}>{t(`states.${box.state}`)}</StatusTag>,
        },
        { label: t('boxes.holder'), value: nameOf(box.holder, names) || '–' },
        { label: t('box.lowest'), value: degrees(condition.lowestC) || '–' },
        { label: t('box.highest'), value: degrees(condition.highestC) || '–' },
        { label: t('box.mkt'), value: degrees(condition.meanKineticC) || '–' },
        { label: t('box.above'), value: Math.round(condition.minutesAbove), ...tone(condition.minutesAbove >= 1) },
        { label: t('box.below'), value: Math.round(condition.minutesBelow), ...tone(condition.minutesBelow >= 1) },
        {
          label: t('box.freeze'),
          value: t(condition.frozen ? 'box.froze' : 'box.notFrozen'),
          ...tone(condition.frozen),
        },
        { label: t('box.unmeasured'), value: Math.round(condition.unmeasuredMinutes) },
      ]}
    />
  );
}

/** Temperature over time, with the band it should stay in. */
function Course({
  readings,
  limits,
  kineticSource,
}: {
  readings: Wire<Reading>[];
  limits: TransportClass;
  kineticSource: string;
}) {
  const { t } = useTranslation('custody');
  const points = useMemo(
    () => readings.flatMap(({ at, temperatureC }) => (temperatureC === undefined ? [] : [[at, temperatureC] as const])),
    [readings],
  );
  const option = useMemo(
    () => ({
      grid: { left: 44, right: 16, top: 32, bottom: 44 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'time' },
      yAxis: { type: 'value', name: t('box.celsius'), scale: true },
      dataZoom: [{ type: 'inside' }],
      series: [
        {
          type: 'line',
          name: t('box.temperature'),
          showSymbol: false,
          data: points,
          markArea: {
            silent: true,
            itemStyle: { opacity: 0.12 },
            data: [[{ yAxis: limits.lowC }, { yAxis: limits.highC }]],
          },
          markLine: { silent: true, symbol: 'none', data: [{ yAxis: limits.lowC }, { yAxis: limits.highC }] },
        },
      ],
    }),
    [points, limits, t],
  );
  if (points.length === 0) return <Empty title={t('box.noReadings')} />;
  return (
    <Plot
      title={t('box.limits', { low: limits.lowC, high: limits.highC })}
      option={option}
      table={{ columns: [t('box.time'), t('box.celsius')], rows: points }}
      note={t('box.note', { source: limits.source, kinetic: kineticSource })}
    />
  );
}

function Contents({ things }: { things: Wire<Thing>[] }) {
  const { t } = useTranslation('custody');
  return (
    <Panel title={t('box.contents')}>
      {things.length === 0 ? (
        <p className="quiet">{t('box.none')}</p>
      ) : (
        <ul className="row" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {things.map((thing) => (
            <li key={thing.part} className="mono">
              {thing.kind === 'specimen' ? (
                <Go to={`/laboratory/specimens/${encodeURIComponent(thing.code)}`}>{thing.code}</Go>
              ) : (
                thing.code
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function HandOvers({ handOvers, names }: { handOvers: Wire<HandOver>[]; names: Names }) {
  const { t } = useTranslation('custody');
  const nameOf = useNameOf();
  return (
    <Panel title={t('box.handOvers')} flush>
      <DataTable
        name="hand-overs"
        label={t('box.list', { what: t('box.handOvers') })}
        rowKey={({ event }) => event}
        source={{ rows: handOvers }}
        emptyText={t('box.none')}
        columns={[
          { key: 'at', title: t('box.time'), value: ({ at }) => new Date(at), render: ({ at }) => <Time at={at} /> },
          { key: 'from', title: t('box.from'), value: ({ from }) => nameOf(from, names) },
          { key: 'to', title: t('box.to'), value: ({ to }) => nameOf(to, names) },
          { key: 'condition', title: t('box.condition'), value: ({ condition }) => condition },
        ]}
      />
    </Panel>
  );
}

function Trouble({ detail: { excursions, alarms, anomalies } }: { detail: BoxDetail }) {
  const { t } = useTranslation('custody');
  return (
    <div className="columns">
      <Panel title={t('box.excursions')} flush>
        <DataTable
          name="excursions"
          label={t('box.list', { what: t('box.excursions') })}
          rowKey={({ beganAt, kind }) => `${beganAt} ${kind}`}
          source={{ rows: excursions }}
          emptyText={t('box.none')}
          columns={[
            {
              key: 'began',
              title: t('box.began'),
              value: ({ beganAt }) => new Date(beganAt),
              render: ({ beganAt }) => <Time at={beganAt} />,
            },
            {
              key: 'ended',
              title: t('box.ended'),
              value: ({ endedAt }) => endedAt,
              render: ({ endedAt }) => (endedAt === undefined ? t('box.going') : <Time at={endedAt} form="minute" />),
            },
            { key: 'kind', title: t('alarms.rule'), value: ({ kind }) => t(`sides.${kind}`) },
            { key: 'minutes', title: t('box.minutes'), value: ({ minutes }) => Math.round(minutes), end: true },
            { key: 'extreme', title: t('box.extreme'), value: ({ extremeC }) => degrees(extremeC), end: true },
          ]}
        />
      </Panel>
      <Panel title={t('box.alarms')} actions={<Go to="/custody/alarms">{t('alarms.title')}</Go>}>
        {alarms.length === 0 && <p className="quiet">{t('box.none')}</p>}
        <div className="stack">
          {alarms.map((alarm) => (
            <div key={alarm.id} className="row">
              <StatusTag tone={ALARM_TONES[alarm.state]}>{t(`alarms.states.${alarm.state}`)}</StatusTag>
              {t(`rules.${alarm.rule}`, { defaultValue: alarm.rule })} {degrees(alarm.temperatureC)}{' '}
              <Time at={alarm.raisedAt} />
            </div>
          ))}
        </div>
      </Panel>
      {anomalies.length > 0 && (
        <Panel title={t('box.anomalies')}>
          {anomalies.map(({ event, kind, at }) => (
            <div key={`${event} ${kind}`} className="row">
              <StatusTag tone="warning">{t(`anomalyKinds.${kind}`)}</StatusTag> <Time at={at} />
            </div>
          ))}
        </Panel>
      )}
    </div>
  );
}

function History({ detail: { history, names } }: { detail: BoxDetail }) {
  const { t } = useTranslation('custody');
  const nameOf = useNameOf();
  return (
    <Timeline
      items={history.map(({ event, role, at, step = 'other', place, fromParty, toParty, act, other }) => ({
        id: `${event} ${role}`,
        at,
        title: t(`steps.${step}`, { defaultValue: step }),
        detail: [nameOf(place, names), act !== undefined && other !== undefined ? other.split('/').at(-1) : '']
          .filter(Boolean)
          .join(' · '),
        ...(fromParty !== undefined && { by: `${nameOf(fromParty, names)} → ${nameOf(toParty, names)}` }),
      }))}
    />
  );
}
