import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  Anomaly,
  Reading,
  Stay,
  Thing,
  ThingKind,
  Trace,
  TransportClass,
  Wire,
} from '../../src/modules/custody/model.ts';
import type { SpecimenFact } from '../../src/modules/laboratory/model.ts';
import { api, Go, usePathValue } from '../shell/index.ts';
import {
  Empty,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  Plot,
  StatusTag,
  Timeline,
  type TimelineItem,
} from '../ui/index.ts';
import { type Names, STATE_TONES, useNameOf, type WorkLine } from './words.ts';

interface Condition {
  minutesAbove: number;
  minutesBelow: number;
  lowestC?: number;
  highestC?: number;
  meanKineticC?: number;
  frozen: boolean;
}
interface Life {
  accession: string;
  specimens: SpecimenFact[];
  orders: WorkLine[];
  reports: { id: string; status: string; issuedAt?: string }[];
  chain?: {
    thing: Wire<Thing>;
    steps: (Wire<Trace> & { of: ThingKind; label: string })[];
    stays: (Wire<Stay> & { label: string; condition: Condition })[];
    readings: Wire<Reading>[];
    limits: TransportClass;
    kineticSource: string;
    names: Names;
    anomalies: Wire<Anomaly>[];
  };
}

/** A specimen's whole life on one line. */
export default function Specimen() {
  const accession = usePathValue('accession');
  const { t } = useTranslation('laboratory');
  const title = t('specimen.title', { accession });
  const query = useQuery({
    queryKey: ['specimen', accession],
    queryFn: ({ signal }) => api.get<Life>(`/api/laboratory/specimens/${encodeURIComponent(accession)}`, { signal }),
  });
  if (query.isPending)
    return (
      <Page title={title}>
        <Loading />
      </Page>
    );
  if (query.isError)
    return (
      <Page title={title}>
        <Failure error={query.error} retry={() => query.refetch()} />
      </Page>
    );
  const life = query.data;
  const persons = new Set(life.orders.map(({ patient }) => patient));
  return (
    <Page title={title} about={t('specimen.about')} trail={<Go to="/laboratory/orders">{t('orders.title')}</Go>}>
      {persons.size > 1 && <Alert type="error" showIcon title={t('specimen.swapped')} />}
      <div className="columns">
        <Panel title={t('specimen.orders')}>
          {life.orders.map((order) => (
            <div key={order.id} className="row">
              <Go to={`/laboratory/orders/${order.id}`}>{order.name ?? order.number ?? order.id}</Go>
              <StatusTag tone={STATE_TONES[order.state]}>{t(`states.${order.state}`)}</StatusTag>
              <Go to={`/records/people/${order.patient}`}>{order.patientName ?? ''}</Go>
            </div>
          ))}
        </Panel>
        <Panel title={t('specimen.reports')}>
          {life.reports.length === 0 && <p className="quiet">{t('order.noReport')}</p>}
          {life.reports.map((report) => (
            <div key={report.id} className="row">
              <Go to={`/laboratory/reports/${report.id}`}>
                {t(`statuses.${report.status}`, { defaultValue: report.status })}
              </Go>
            </div>
          ))}
        </Panel>
      </div>
      <OnTheWay life={life} />
      <Panel title={t('specimen.life')}>
        <LifeLine life={life} />
      </Panel>
    </Page>
  );
}

/** The temperature it was carried at, with the limits and what they rest on. */
function OnTheWay({ life: { chain } }: { life: Life }) {
  const { t } = useTranslation('laboratory');
  const points = useMemo(
    () =>
      (chain?.readings ?? []).flatMap(({ at, temperatureC }) =>
        temperatureC === undefined ? [] : [[at, temperatureC] as const],
      ),
    [chain],
  );
  const option = useMemo(
    () => ({
      grid: { left: 44, right: 16, top: 32, bottom: 28 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'time' },
      yAxis: { type: 'value', name: t('specimen.celsius'), scale: true },
      series: [
        {
          type: 'line',
          showSymbol: false,
          data: points,
          ...(chain !== undefined && {
            markArea: {
              silent: true,
              itemStyle: { opacity: 0.12 },
              data: [[{ yAxis: chain.limits.lowC }, { yAxis: chain.limits.highC }]],
            },
          }),
        },
      ],
    }),
    [points, chain, t],
  );
  if (chain === undefined || points.length === 0) {
    return (
      <Panel title={t('specimen.temperature')}>
        <Empty title={t('specimen.noTemperature')} />
      </Panel>
    );
  }
  const all = chain.stays.map(({ condition }) => condition);
  const outside = all.reduce((sum, { minutesAbove, minutesBelow }) => sum + minutesAbove + minutesBelow, 0);
  const [stay] = all;
  return (
    <Panel title={t('specimen.temperature')}>
      <Figures
        figures={[
          {
            label: t('specimen.range'),
            value: `${stay?.lowestC?.toFixed(1) ?? '–'} … ${stay?.highestC?.toFixed(1) ?? '–'}`,
            unit: '°C',
          },
          { label: t('specimen.mkt'), value: stay?.meanKineticC?.toFixed(1) ?? '–', unit: '°C' },
          {
            label: t('specimen.outside'),
            value: Math.round(outside),
            ...(outside >= 1 && { tone: 'danger' as const }),
          },
          ...(all.some(({ frozen }) => frozen)
            ? [{ label: t('specimen.frozen'), value: '!', tone: 'danger' as const }]
            : []),
        ]}
      />
      <Plot
        title={t('specimen.temperature')}
        option={option}
        heightPx={180}
        table={{ columns: [t('specimen.time'), t('specimen.celsius')], rows: points }}
        note={t('specimen.note', {
          low: chain.limits.lowC,
          high: chain.limits.highC,
          source: chain.limits.source,
          kinetic: chain.kineticSource,
        })}
      />
    </Panel>
  );
}

function LifeLine({ life: { orders, specimens, reports, chain } }: { life: Life }) {
  const { t } = useTranslation('laboratory');
  const nameOf = useNameOf();
  const names = chain?.names ?? {};
  const items: TimelineItem[] = [
    ...orders.flatMap((order) =>
      order.orderedAt === undefined
        ? []
        : [{ id: `o ${order.id}`, at: order.orderedAt, title: t('states.ordered'), detail: order.name ?? '' }],
    ),
    ...specimens.flatMap((fact) =>
      fact.collectedAt === undefined
        ? []
        : [{ id: `c ${fact.id}`, at: fact.collectedAt, title: t('order.collected'), detail: fact.type ?? '' }],
    ),
    ...(chain?.steps ?? []).map(
      ({ event, role, part, at, step = 'other', place, fromParty, toParty, of, label, other }) => ({
        id: `${event} ${role} ${part}`,
        at,
        title: t(`steps.${step}`, { defaultValue: step }),
        detail: [
          nameOf(place, names),
          of === 'box'
            ? t('specimen.box', { box: label })
            : of === 'vehicle'
              ? t('specimen.vehicle', { vehicle: label })
              : '',
          other?.includes('/8003/') ? t('specimen.in', { box: other.slice(-5) }) : '',
        ]
          .filter(Boolean)
          .join(' · '),
        tone: 'info' as const,
        ...(fromParty !== undefined && { by: `${nameOf(fromParty, names)} → ${nameOf(toParty, names)}` }),
      }),
    ),
    ...(chain?.anomalies ?? []).map(({ event, kind, at }) => ({
      id: `a ${event} ${kind}`,
      at,
      title: t('specimen.anomalies'),
      detail: kind,
      tone: 'danger' as const,
    })),
    ...reports.flatMap((report) =>
      report.issuedAt === undefined
        ? []
        : [
            {
              id: `r ${report.id}`,
              at: report.issuedAt,
              title: t('states.reported'),
              tone: 'good' as const,
              detail: (
                <Go to={`/laboratory/reports/${report.id}`}>
                  {t(`statuses.${report.status}`, { defaultValue: report.status })}
                </Go>
              ),
            },
          ],
    ),
  ];
  return <Timeline items={items.sort((one, two) => Date.parse(one.at) - Date.parse(two.at))} />;
}
