import { PrinterOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  SafetyLot,
  SafetyMasking,
  SafetyPair,
  SafetyPairPage,
  SafetyReportLine,
  SafetySubgroups,
} from '../../src/modules/signals/model.ts';
import { Go, useAddressValue, usePathValue, useSession } from '../shell/index.ts';
import { DataTable, Empty, Facts, Failure, Figures, Loading, Page, Panel, Plot, StatusTag, Time } from '../ui/index.ts';
import { STATE_TONES } from './desk-ask.ts';
import { Thresholds, usePriorName } from './safety.tsx';
import { useGroupName, useListed, useMark, useMaybe, usePair } from './safety-ask.ts';
import { forestOption, quartersOption } from './safety-plots.ts';
import './watch.css';

/** One product and one reaction: every measure, and what helps to judge it. */
export default function SafetyPairOne() {
  const { t } = useTranslation('signals');
  const product = usePathValue('product');
  const reaction = usePathValue('reaction');
  const [without] = useAddressValue('without');
  const [stratified, setStratified] = useAddressValue('stratified');
  const query = usePair({ product, reaction, without, stratified });
  const trail = <Go to="/signals/safety">{t('safety.back')}</Go>;
  if (query.isPending || query.isError)
    return (
      <Page title={t('safety.subject', { product, reaction })} trail={trail}>
        {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  const { pair, all } = query.data;
  return (
    <Page
      title={t('safety.subject', { product: pair.productName, reaction: pair.reactionName })}
      trail={trail}
      actions={
        <>
          <Segmented
            aria-label={t('safety.strata')}
            value={stratified === 'true' ? 'true' : ''}
            onChange={(value) => setStratified(String(value))}
            options={[
              { value: '', label: t('safety.plain') },
              { value: 'true', label: t('safety.stratified') },
            ]}
          />
          <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
            {t('safety.print')}
          </Button>
        </>
      }
    >
      <div className={query.isPlaceholderData ? 'stale stack' : 'stack'} aria-busy={query.isFetching}>
        <Head page={query.data} />
        <Listed pair={pair} />
        <Measures page={query.data} />
        <Thresholds pair={pair} />
        <TwoByTwo n={pair.n} n1={pair.n1} n2={pair.n2} all={all} />
        {query.data.subgroups.map((each) => (
          <Subgroups key={each.by} subgroups={each} />
        ))}
        <OverTime page={query.data} />
        <Masking page={query.data} />
        <Lots lots={query.data.lots} />
        <Reports reports={query.data.reports} />
      </div>
    </Page>
  );
}

function Head({ page: { pair, alarms } }: { page: SafetyPairPage }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  return (
    <Panel>
      <Figures
        figures={[
          { label: t('safety.reports'), value: pair.n },
          { label: t('safety.expected'), value: maybe(pair.expected) },
          { label: t('safety.ebgm'), value: maybe(pair.ebgm) },
          { label: t('safety.ic'), value: maybe(pair.ic) },
        ]}
      />
      {alarms.length > 0 && (
        <p className="row">
          {t('safety.alarms')}:
          {alarms.map(({ id, state, key }) => (
            <span key={id} className="row">
              <Go to={`/signals/alarms/${id}`}>{key}</Go>
              <StatusTag tone={STATE_TONES[state as 'new']}>{t(`alarms.states.${state as 'new'}`)}</StatusTag>
            </span>
          ))}
        </p>
      )}
    </Panel>
  );
}

/** Whether the product's information lists the reaction, and whether it comes more often than before. */
function Listed({ pair }: { pair: SafetyPair }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const maybe = useMaybe();
  const query = useListed(pair.product);
  const mark = useMark();
  const [source, setSource] = useState('');
  const listed = query.data?.listed ?? [];
  const own = listed.find(({ reaction }) => reaction === pair.reaction);
  const { product, reaction, reactionName, change, isListed } = pair;
  const put = (isNow: boolean) =>
    mark.mutate({ product, reaction, reactionName, listed: isNow, source: isNow ? source : '-' });
  return (
    <Panel title={t('safety.listedTitle')}>
      <div className="stack">
        <Facts
          facts={[
            [t('safety.listed'), isListed ? t('safety.listedYes') : t('safety.listedNo')],
            [t('safety.source'), own?.source],
            [t('safety.listedBy'), own && <Time key="at" at={own.at} />],
            [
              t('safety.change'),
              change !== null &&
                t('safety.changeText', {
                  recent: change.recent,
                  recentAll: change.recentAll,
                  before: change.before,
                  beforeAll: change.beforeAll,
                  q: maybe(change.q),
                }),
            ],
            [t('safety.listedAll'), listed.map((each) => each.reactionName).join(', ')],
          ]}
        />
        <p className="quiet">{t('safety.listedAbout')}</p>
        {may('signals.safety.work') && (
          <span className="row no-print">
            {!isListed && (
              <Input
                aria-label={t('safety.listedSource')}
                placeholder={t('safety.listedSource')}
                style={{ maxWidth: 360 }}
                maxLength={500}
                value={source}
                onChange={({ target }) => setSource(target.value)}
              />
            )}
            <Button
              disabled={!isListed && source.trim() === ''}
              loading={mark.isPending}
              onClick={() => put(!isListed)}
            >
              {t(isListed ? 'safety.unlist' : 'safety.list')}
            </Button>
          </span>
        )}
      </div>
    </Panel>
  );
}

interface Measure {
  name: string;
  value: number | null;
  low: number | null;
  high: number | null;
  source: string;
}

function Measures({ page: { pair, more, prior } }: { page: SafetyPairPage }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  const priorName = usePriorName();
  const rows: Measure[] = [
    { name: t('safety.prr'), value: pair.prr, low: pair.prrLow, high: pair.prrHigh, source: t('safety.sources.prr') },
    { name: t('safety.ror'), value: pair.ror, low: pair.rorLow, high: pair.rorHigh, source: t('safety.sources.ror') },
    { name: t('safety.chi'), value: pair.chi2Yates, low: null, high: null, source: t('safety.sources.chi') },
    { name: t('safety.ic'), value: pair.ic, low: pair.ic025, high: pair.ic975, source: t('safety.sources.ic') },
    { name: t('safety.ebgm'), value: pair.ebgm, low: pair.eb05, high: pair.eb95, source: t('safety.sources.ebgm') },
    { name: t('safety.p'), value: pair.p, low: null, high: null, source: t('safety.sources.p') },
    { name: t('safety.q'), value: pair.q, low: null, high: null, source: t('safety.sources.p') },
  ];
  return (
    <Panel title={t('safety.measures')} flush>
      <DataTable<Measure>
        name="measures"
        label={t('safety.tableOf', { title: t('safety.measures') })}
        rowKey={({ name }) => name}
        source={{ rows }}
        columns={[
          { key: 'name', title: t('safety.measure'), value: ({ name }) => name, phoneTitle: true },
          {
            key: 'value',
            title: t('safety.value'),
            value: ({ value }) => value,
            render: ({ value }) => maybe(value),
            end: true,
          },
          { key: 'low', title: t('safety.low'), value: ({ low }) => low, render: ({ low }) => maybe(low), end: true },
          {
            key: 'high',
            title: t('safety.high'),
            value: ({ high }) => high,
            render: ({ high }) => maybe(high),
            end: true,
          },
          { key: 'source', title: t('safety.source'), value: ({ source }) => source },
        ]}
      />
      <p className="quiet" style={{ padding: '0 16px' }}>
        {t('safety.more', {
          chi2: maybe(more.chi2),
          icBcpnn: maybe(more.icBcpnn),
          icBcpnn025: maybe(more.icBcpnn025),
          fisherMidP: maybe(more.fisherMidP),
        })}
        {' · EBGM: '}
        {priorName(prior)}
      </p>
    </Panel>
  );
}

function TwoByTwo({ n, n1, n2, all }: { n: number; n1: number; n2: number; all: number }) {
  const { t } = useTranslation('signals');
  const rows: { name: string; cells: [number, number, number] }[] = [
    { name: t('safety.withProduct'), cells: [n, n1 - n, n1] },
    { name: t('safety.withoutProduct'), cells: [n2 - n, all - n1 - n2 + n, all - n1] },
    { name: t('safety.sum'), cells: [n2, all - n2, all] },
  ];
  return (
    <Panel title={t('safety.table')} flush>
      <DataTable<(typeof rows)[number]>
        name="two-by-two"
        label={t('safety.tableOf', { title: t('safety.table') })}
        rowKey={({ name }) => name}
        source={{ rows }}
        columns={[
          { key: 'name', title: t('safety.product'), value: ({ name }) => name, phoneTitle: true },
          { key: 'with', title: t('safety.withReaction'), value: ({ cells }) => cells[0], end: true },
          { key: 'other', title: t('safety.withoutReaction'), value: ({ cells }) => cells[1], end: true },
          { key: 'sum', title: t('safety.sum'), value: ({ cells }) => cells[2], end: true },
        ]}
      />
    </Panel>
  );
}

function Subgroups({ subgroups: { by, groups, common } }: { subgroups: SafetySubgroups }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  const groupName = useGroupName();
  const title = t('safety.subgroups', { by: t(by === 'sex' ? 'safety.sex' : 'safety.age') });
  const option = useMemo(
    () =>
      forestOption(
        [
          ...groups.map((group) => ({ ...group, name: groupName(by, group.group) })),
          ...(common === null
            ? []
            : [{ name: t('safety.common'), ror: common.ratio, rorLow: common.low, rorHigh: common.high }]),
        ],
        { ror: t('safety.ror') },
      ),
    [groups, common, by, t, groupName],
  );
  if (groups.length === 0) return null;
  return (
    <Panel>
      <Plot
        title={title}
        heightPx={90 + 34 * (groups.length + 1)}
        option={option}
        note={common === null ? t('safety.forestNote') : t('safety.homogeneity', { p: maybe(common.homogeneityP) })}
        table={{
          columns: [
            t('safety.group'),
            t('safety.n'),
            t('safety.withProduct'),
            t('safety.withReaction'),
            t('safety.ror'),
            t('safety.low'),
            t('safety.high'),
            t('safety.ic'),
            t('safety.ic025'),
          ],
          rows: groups.map((group) => [
            groupName(by, group.group),
            group.n,
            group.n1,
            group.n2,
            group.ror,
            group.rorLow,
            group.rorHigh,
            group.ic,
            group.ic025,
          ]),
        }}
      />
    </Panel>
  );
}

function OverTime({ page: { quarters } }: { page: SafetyPairPage }) {
  const { t } = useTranslation('signals');
  const option = useMemo(
    () =>
      quartersOption(quarters, {
        ic: t('safety.ic'),
        low: t('safety.ic025'),
        high: t('safety.high'),
        n: t('safety.n'),
      }),
    [quarters, t],
  );
  return (
    <Panel>
      <Plot
        title={t('safety.time')}
        option={option}
        note={t('safety.timeNote')}
        table={{
          columns: [
            t('safety.quarter'),
            t('safety.n'),
            t('safety.ic'),
            t('safety.ic025'),
            t('safety.high'),
            t('safety.prr'),
            t('safety.ror'),
          ],
          rows: quarters.map(({ quarter, n, ic, ic025, ic975, prr, ror }) => [quarter, n, ic, ic025, ic975, prr, ror]),
        }}
      />
    </Panel>
  );
}

function Masking({ page: { masking, without } }: { page: SafetyPairPage }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  const [chosen, choose] = useAddressValue('without');
  if (masking.length === 0)
    return (
      <Panel title={t('safety.masking')}>
        <Empty title={t('safety.noMasking')} />
      </Panel>
    );
  return (
    <Panel title={t('safety.masking')}>
      <div className="stack">
        <div className="watch-filters no-print">
          <div className="watch-field">
            {t('safety.without')}
            <Select
              aria-label={t('safety.without')}
              value={chosen}
              onChange={choose}
              options={[
                { value: '', label: t('safety.withoutNone') },
                ...masking.map(({ product, productName }) => ({ value: product, label: productName })),
              ]}
            />
          </div>
        </div>
        {without !== null && (
          <p>
            {t('safety.withoutTold', {
              product: without.productName,
              n: without.n,
              expected: maybe(without.expected),
              ror: maybe(without.ror),
              rorLow: maybe(without.rorLow),
              ic: maybe(without.ic),
              ic025: maybe(without.ic025),
            })}
          </p>
        )}
        <DataTable<SafetyMasking>
          name="masking"
          label={t('safety.tableOf', { title: t('safety.masking') })}
          rowKey={({ product }) => product}
          source={{ rows: masking }}
          columns={[
            { key: 'product', title: t('safety.product'), value: ({ productName }) => productName, phoneTitle: true },
            { key: 'n', title: t('safety.n'), value: ({ n }) => n, end: true },
            {
              key: 'ratio',
              title: t('safety.ratio'),
              value: ({ ratio }) => ratio,
              render: ({ ratio }) => maybe(ratio),
              end: true,
            },
          ]}
        />
        <p className="quiet">{t('safety.maskingNote')}</p>
      </div>
    </Panel>
  );
}

function Lots({ lots }: { lots: readonly SafetyLot[] }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const maybe = useMaybe();
  if (!may('signals.safety.work')) return null;
  return (
    <Panel title={t('safety.lots')} flush>
      <DataTable<SafetyLot>
        name="lots"
        label={t('safety.tableOf', { title: t('safety.lots') })}
        rowKey={({ lot }) => lot}
        source={{ rows: lots }}
        sort={{ key: 'p', descending: false }}
        emptyText={t('safety.noLots')}
        columns={[
          { key: 'lot', title: t('safety.lot'), value: ({ lot }) => lot, phoneTitle: true, sortable: true },
          { key: 'n', title: t('safety.n'), value: ({ n }) => n, end: true, sortable: true },
          { key: 'n1', title: t('safety.lotReports'), value: ({ n1 }) => n1, end: true },
          {
            key: 'expected',
            title: t('safety.expected'),
            value: ({ expected }) => expected,
            render: ({ expected }) => maybe(expected),
            end: true,
          },
          {
            key: 'p',
            title: t('safety.p'),
            value: ({ p }) => p,
            render: ({ p }) => maybe(p),
            end: true,
            sortable: true,
          },
          { key: 'q', title: t('safety.q'), value: ({ q }) => q, render: ({ q }) => maybe(q), end: true },
          {
            key: 'raises',
            title: t('safety.raising'),
            value: ({ raises }) => (raises ? t('safety.stands') : ''),
            render: ({ raises }) => raises && <StatusTag tone="danger">{t('safety.stands')}</StatusTag>,
          },
        ]}
      />
      <p className="quiet" style={{ padding: '0 16px' }}>
        {t('safety.lotsNote')}
      </p>
    </Panel>
  );
}

function Reports({ reports }: { reports: readonly SafetyReportLine[] }) {
  const { t } = useTranslation('signals');
  const groupName = useGroupName();
  const { may } = useSession();
  if (!may('signals.safety.work')) return null;
  return (
    <Panel title={t('safety.linked')} flush>
      <DataTable<SafetyReportLine>
        name="reports"
        label={t('safety.tableOf', { title: t('safety.linked') })}
        rowKey={({ id }) => id}
        source={{ rows: reports }}
        few={20}
        columns={[
          {
            key: 'case',
            title: t('safety.case'),
            value: ({ caseNumber, id }) => caseNumber ?? id,
            render: ({ caseNumber, id }) => <Go to={`/signals/reports/${id}`}>{caseNumber ?? id.slice(0, 8)}</Go>,
            phoneTitle: true,
          },
          { key: 'day', title: t('safety.day'), value: ({ day }) => day, sortable: true },
          { key: 'sex', title: t('safety.sex'), value: ({ sex }) => groupName('sex', sex) },
          { key: 'age', title: t('safety.age'), value: ({ ageBand }) => groupName('ageBand', ageBand) },
          {
            key: 'serious',
            title: t('safety.serious'),
            value: ({ serious }) => t(serious ? 'safety.yes' : 'safety.no'),
          },
          { key: 'lots', title: t('safety.lot'), value: ({ lots }) => lots.join(', ') },
        ]}
      />
    </Panel>
  );
}
