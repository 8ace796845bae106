import { Button, Input, InputNumber } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MonitorEntry, MonitorPage } from '../../src/modules/signals/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import {
  DataTable,
  Empty,
  Facts,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  Plot,
  StatusTag,
  useAsk,
} from '../ui/index.ts';
import { PLAN_TONES } from './monitoring.tsx';
import { pairPath, useMaybe, usePlan, usePlanAct, usePlans } from './safety-ask.ts';
import { pathOption } from './safety-plots.ts';
import './watch.css';

/** One plan: its path against the limit, and what was entered. */
export default function MonitoringPlan() {
  const { t } = useTranslation('signals');
  const query = usePlan(usePathValue('id'));
  const plans = usePlans();
  const trail = <Go to="/signals/monitoring">{t('monitoring.back')}</Go>;
  if (query.isPending || query.isError)
    return (
      <Page title={t('monitoring.facts')} trail={trail}>
        {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  const { plan } = query.data;
  const named = plans.data?.plans.find(({ id }) => id === plan.id);
  const title = t('safety.subject', {
    product: named?.productName ?? plan.product,
    reaction: named?.reactionName ?? plan.reaction,
  });
  return (
    <Page title={title} trail={trail} actions={plan.state !== 'ended' && <End id={plan.id} />}>
      <div className="stack">
        <Path page={query.data} />
        {plan.state !== 'ended' && <Enter page={query.data} />}
        <Entries page={query.data} />
        <PlanFacts page={query.data} />
      </div>
    </Page>
  );
}

function End({ id }: { id: string }) {
  const { t } = useTranslation('signals');
  const ask = useAsk();
  const act = usePlanAct(t('monitoring.states.ended'));
  const end = async () => {
    const answer = await ask({
      title: t('monitoring.endTitle'),
      about: t('monitoring.endAbout'),
      act: t('monitoring.end'),
      danger: true,
      reason: true,
    });
    if (answer !== undefined) act.mutate({ path: `/${id}/end`, body: { why: answer.reason } });
  };
  return (
    <Button danger loading={act.isPending} onClick={end}>
      {t('monitoring.end')}
    </Button>
  );
}

function Path({ page }: { page: MonitorPage }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  const { plan, points, signal, source } = page;
  const statistic = t(`monitoring.statistics.${plan.method}`);
  const option = useMemo(() => pathOption(page, { statistic, limit: t('monitoring.limit') }), [page, statistic, t]);
  const last = points.at(-1);
  return (
    <Panel title={t('monitoring.progress')}>
      <Figures
        figures={[
          {
            label: t('monitoring.state'),
            value: (
              <StatusTag tone={signal === null ? PLAN_TONES[plan.state] : 'danger'}>
                {signal === null ? t('monitoring.noSignal') : t('monitoring.signal', { day: signal })}
              </StatusTag>
            ),
          },
          { label: t('monitoring.events'), value: last?.events ?? 0 },
          { label: t('monitoring.exposed'), value: maybe(last?.exposed ?? 0) },
          ...(last?.expected == null ? [] : [{ label: t('monitoring.expected'), value: maybe(last.expected) }]),
        ]}
      />
      {points.length === 0 ? (
        <Empty title={t('monitoring.noEntries')} />
      ) : (
        <Plot
          title={t('monitoring.path')}
          heightPx={320}
          option={option}
          note={source}
          table={{
            columns: [
              t('monitoring.day'),
              t('monitoring.events'),
              t('monitoring.exposed'),
              t('monitoring.expected'),
              statistic,
              t('monitoring.limit'),
            ],
            rows: points.map(({ day, events, exposed, expected, statistic: value }) => [
              day,
              events,
              exposed,
              expected,
              value,
              page.limit,
            ]),
          }}
        />
      )}
    </Panel>
  );
}

function Enter({ page: { plan } }: { page: MonitorPage }) {
  const { t } = useTranslation('signals');
  const act = usePlanAct(t('monitoring.entered'));
  const isPatient = plan.method === 'cusum';
  const [day, setDay] = useState('');
  const [exposed, setExposed] = useState<number | null>(isPatient ? 1 : null);
  const [events, setEvents] = useState<number | null>(isPatient ? 0 : null);
  const [risk, setRisk] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const enter = () =>
    act.mutate(
      { path: `/${plan.id}/entries`, body: { day, exposed, events, risk, note } },
      {
        onSuccess: () => {
          setNote('');
          setEvents(isPatient ? 0 : null);
          setExposed(isPatient ? 1 : null);
        },
      },
    );
  const numberField = (label: string, value: number | null, change: (value: number | null) => void) => (
    <div className="watch-field">
      {label}
      <InputNumber aria-label={label} style={{ width: '100%' }} min={0} value={value} onChange={change} />
    </div>
  );
  return (
    <div className="no-print">
      <Panel title={t('monitoring.enter')}>
        <div className="stack">
          <div className="watch-filters">
            <div className="watch-field">
              {t('monitoring.day')}
              <Input
                aria-label={t('monitoring.day')}
                type="date"
                min={plan.since}
                value={day}
                onChange={(event) => setDay(event.target.value)}
              />
            </div>
            {!isPatient && numberField(t('monitoring.exposure'), exposed, setExposed)}
            {numberField(t('monitoring.eventsEntered'), events, setEvents)}
            {isPatient && numberField(t('monitoring.risk'), risk, setRisk)}
            <div className="watch-field">
              {t('monitoring.note')}
              <Input
                aria-label={t('monitoring.note')}
                maxLength={2_000}
                value={note}
                onChange={(event) => setNote(event.target.value)}
              />
            </div>
          </div>
          <div>
            <Button type="primary" loading={act.isPending} disabled={day === '' || exposed === null} onClick={enter}>
              {t('monitoring.add')}
            </Button>
          </div>
        </div>
      </Panel>
    </div>
  );
}

function Entries({ page: { plan, entries } }: { page: MonitorPage }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  const ask = useAsk();
  const act = usePlanAct(t('monitoring.strike'));
  const strike = async ({ id }: MonitorEntry) => {
    const answer = await ask({
      title: t('monitoring.strikeTitle'),
      act: t('monitoring.strike'),
      danger: true,
      reason: true,
    });
    if (answer !== undefined) act.mutate({ path: `/${plan.id}/entries/${id}/strike`, body: { why: answer.reason } });
  };
  return (
    <Panel title={t('monitoring.entries')} flush>
      <DataTable<MonitorEntry>
        name="entries"
        label={t('safety.tableOf', { title: t('monitoring.entries') })}
        rowKey={({ id }) => id}
        source={{ rows: entries }}
        emptyText={t('monitoring.noEntries')}
        columns={[
          { key: 'day', title: t('monitoring.day'), value: ({ day }) => day, phoneTitle: true },
          {
            key: 'exposed',
            title: t('monitoring.exposure'),
            value: ({ exposed }) => exposed,
            render: ({ exposed }) => maybe(exposed),
            end: true,
          },
          {
            key: 'events',
            title: t('monitoring.events'),
            value: ({ events }) => events ?? t('monitoring.counted'),
            end: true,
          },
          ...(plan.method === 'cusum'
            ? [{ key: 'risk', title: t('monitoring.risk'), value: ({ risk }: MonitorEntry) => risk, end: true }]
            : []),
          { key: 'note', title: t('monitoring.note'), value: ({ note }) => note },
          { key: 'by', title: t('monitoring.by'), value: ({ byName }) => byName },
          {
            key: 'strike',
            title: t('monitoring.strike'),
            value: ({ struckWhy }) => (struckWhy === null ? '' : t('monitoring.struck', { why: struckWhy })),
            render: (entry) =>
              entry.struckWhy !== null ? (
                <StatusTag>{t('monitoring.struck', { why: entry.struckWhy })}</StatusTag>
              ) : (
                plan.state !== 'ended' && (
                  <Button size="small" onClick={() => strike(entry)}>
                    {t('monitoring.strike')}
                  </Button>
                )
              ),
          },
        ]}
      />
    </Panel>
  );
}

function PlanFacts({ page: { plan, source } }: { page: MonitorPage }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  return (
    <Panel title={t('monitoring.facts')}>
      <Facts
        facts={[
          [t('monitoring.method'), t(`monitoring.methods.${plan.method}`)],
          [t('monitoring.since'), plan.since],
          ...Object.entries(plan.parameters).map(
            ([name, value]) => [t(`monitoring.parameters.${name as 'rate'}`), maybe(value as number)] as const,
          ),
          [t('monitoring.by'), plan.createdName],
          [t('monitoring.state'), plan.endedWhy !== null && t('monitoring.ended', { why: plan.endedWhy })],
          [t('monitoring.source'), source],
        ]}
      />
      <p className="no-print">
        <Go to={pairPath(plan.product, plan.reaction)}>{t('safety.pairLink')}</Go>
      </p>
    </Panel>
  );
}
