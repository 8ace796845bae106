import { ReloadOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Segmented, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import {
  AGE_BANDS,
  REPORT_KINDS,
  SAFETY_CRITERIA,
  SAFETY_FALSE_DISCOVERY,
  SAFETY_LEAST_REPORTS,
  type SafetyPair,
  type SafetyPrior,
  type SafetyRun,
  type SafetyScreen,
} from '../../src/modules/signals/model.ts';
import { api, Go, useAddressValue, useGo, useSession } from '../shell/index.ts';
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
  Time,
  useNotice,
} from '../ui/index.ts';
import { pairPath, useGroupName, useMaybe, useScreen } from './safety-ask.ts';
import { volcanoOption } from './safety-plots.ts';
import { useNumber } from './watch-ask.ts';
import './watch.css';

/** All pairs of product and reaction: which stand out, by every measure. */
export default function Safety() {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const [until] = useAddressValue('until');
  const [sex] = useAddressValue('sex');
  const [ageBand] = useAddressValue('age');
  const [kind] = useAddressValue('kind');
  const [stratified] = useAddressValue('stratified');
  const query = useScreen({ until, sex, ageBand, kind, stratified });
  return (
    <Page title={t('safety.title')} about={t('safety.about')} actions={may('signals.safety.work') && <JudgeNow />}>
      <div className="stack">
        <Filters />
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && (
          <div className={query.isPlaceholderData ? 'stale stack' : 'stack'} aria-busy={query.isFetching}>
            <Summary screen={query.data} />
            {query.data.pairs.length === 0 ? (
              <Panel>
                <Empty title={t('safety.none')} />
              </Panel>
            ) : (
              <Found screen={query.data} />
            )}
            <Thresholds />
          </div>
        )}
      </div>
    </Page>
  );
}

function JudgeNow() {
  const { t } = useTranslation('signals');
  const queries = useQueryClient();
  const notice = useNotice();
  const judge = useMutation({
    mutationFn: () => api.post<SafetyRun>('/api/signals/safety/judge', {}),
    onSuccess: ({ pairs, lots, plans, raised, updated }) => {
      notice.done(t('safety.judged', { pairs, lots, plans, raised, updated }));
      void queries.invalidateQueries({ queryKey: ['signals'] });
    },
    onError: notice.failed,
  });
  return (
    <Button icon={<ReloadOutlined />} loading={judge.isPending} onClick={() => judge.mutate()}>
      {t('safety.judge')}
    </Button>
  );
}

function Filters() {
  const { t } = useTranslation('signals');
  const groupName = useGroupName();
  const [until, setUntil] = useAddressValue('until');
  const [stratified, setStratified] = useAddressValue('stratified');
  return (
    <Panel>
      <div className="watch-filters no-print">
        <Choice
          name="kind"
          label={t('safety.kind')}
          options={REPORT_KINDS.map((value) => ({ value, label: t(`safety.kinds.${value}`) }))}
        />
        <Choice
          name="sex"
          label={t('safety.sex')}
          options={['1', '2', 'unknown'].map((value) => ({ value, label: groupName('sex', value) }))}
        />
        <Choice
          name="age"
          label={t('safety.age')}
          options={AGE_BANDS.map((value) => ({ value, label: groupName('ageBand', value) }))}
        />
        <div className="watch-field">
          {t('safety.until')}
          <Input
            key={until}
            aria-label={t('safety.until')}
            type="date"
            defaultValue={until}
            onBlur={(event) => setUntil(event.target.value)}
            onPressEnter={(event) => setUntil(event.currentTarget.value)}
          />
        </div>
        <div className="watch-field">
          {t('safety.strata')}
          <Segmented
            aria-label={t('safety.strata')}
            value={stratified === 'true' ? 'true' : ''}
            onChange={(value) => setStratified(String(value))}
            options={[
              { value: '', label: t('safety.plain') },
              { value: 'true', label: t('safety.stratified') },
            ]}
          />
        </div>
      </div>
    </Panel>
  );
}

function Choice({
  name,
  label,
  options,
}: {
  name: string;
  label: string;
  options: { value: string; label: string }[];
}) {
  const { t } = useTranslation('signals');
  const [value, setValue] = useAddressValue(name);
  return (
    <div className="watch-field">
      {label}
      <Select
        aria-label={label}
        value={value}
        onChange={setValue}
        options={[{ value: '', label: t('safety.any') }, ...options]}
      />
    </div>
  );
}

function Summary({ screen: { reports, pairs, runs, hidden, smallest, isCut, prior } }: { screen: SafetyScreen }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const [last] = runs;
  return (
    <Panel>
      <Figures
        figures={[
          { label: t('safety.reports'), value: reports },
          { label: t('safety.pairs'), value: pairs.length },
          { label: t('safety.raising'), value: pairs.filter(({ raises }) => raises).length },
        ]}
      />
      <Facts
        facts={[[t('safety.lastRun'), last === undefined ? t('safety.never') : <LastRun key="run" run={last} />]]}
      />
      <p className="quiet">
        {t('safety.raiseNote', { least: SAFETY_LEAST_REPORTS, rate: number(SAFETY_FALSE_DISCOVERY) })}
      </p>
      {prior !== null && !prior.isFitted && <Alert type="info" showIcon title={t('safety.notFittedNote')} />}
      {isCut && <Alert type="warning" showIcon title={t('safety.cutNote')} />}
      {hidden > 0 && <p className="quiet">{t('safety.hiddenNote', { count: hidden, smallest })}</p>}
    </Panel>
  );
}

function LastRun({ run: { at, trouble, reports, pairs, tookMs } }: { run: SafetyRun }) {
  const { t } = useTranslation('signals');
  return (
    <span className="row">
      <Time at={at} />
      {trouble === null ? (
        <span className="quiet">{t('safety.runTook', { reports, pairs, ms: tookMs })}</span>
      ) : (
        <StatusTag tone="warning">{t('safety.trouble', { why: trouble })}</StatusTag>
      )}
    </span>
  );
}

/** How the prior came about, in words. */
export function usePriorName(): (prior: SafetyPrior | null) => string {
  const { t } = useTranslation('signals');
  const number = useNumber();
  return (prior) =>
    prior === null || !prior.isFitted
      ? t('safety.notFitted')
      : t('safety.fitted', {
          alpha1: number(prior.alpha1),
          beta1: number(prior.beta1),
          alpha2: number(prior.alpha2),
          beta2: number(prior.beta2),
          share: number(prior.share),
        });
}

function Found({ screen: { pairs, prior } }: { screen: SafetyScreen }) {
  const { t } = useTranslation('signals');
  const go = useGo();
  const number = useNumber();
  const priorName = usePriorName();
  const [show, setShow] = useAddressValue('show', 'all');
  const [axis, setAxis] = useAddressValue('axis', 'ebgm');
  const by = axis === 'ic' ? 'ic' : 'ebgm';
  const option = useMemo(
    () =>
      volcanoOption(pairs, by, {
        raises: t('safety.shows.raises'),
        crossed: t('safety.shows.crossed'),
        others: t('safety.others'),
        measure: t(`safety.${by}`),
        n: t('safety.reports'),
        nameOf: ({ productName, reactionName }) =>
          t('safety.subject', { product: productName, reaction: reactionName }),
        number,
      }),
    [pairs, by, t, number],
  );
  const rows = pairs.filter(
    ({ crossed, raises }) => show === 'all' || (show === 'raises' ? raises : crossed.length > 0),
  );
  return (
    <>
      <Panel
        title={t('safety.picture')}
        actions={
          <Segmented
            aria-label={t('safety.axis')}
            value={by}
            onChange={(value) => setAxis(String(value))}
            options={(['ebgm', 'ic'] as const).map((value) => ({ value, label: t(`safety.${value}`) }))}
          />
        }
      >
        <Plot
          title={t('safety.volcano')}
          heightPx={380}
          option={option}
          note={t('safety.volcanoNote', { prior: priorName(prior) })}
          pick={(data) => {
            const pair = (data as { pair?: SafetyPair } | undefined)?.pair;
            if (pair !== undefined) go(pairPath(pair.product, pair.reaction));
          }}
          table={{
            columns: [t('safety.product'), t('safety.reaction'), t('safety.n'), t('safety.ebgm'), t('safety.ic')],
            rows: pairs
              .slice(0, 1_000)
              .map(({ productName, reactionName, n, ebgm, ic }) => [productName, reactionName, n, ebgm, ic]),
          }}
        />
      </Panel>
      <Pairs
        rows={rows}
        filters={
          <Segmented
            aria-label={t('safety.show')}
            value={show}
            onChange={(value) => setShow(String(value))}
            options={(['all', 'crossed', 'raises'] as const).map((value) => ({
              value,
              label: t(`safety.shows.${value}`),
            }))}
          />
        }
      />
    </>
  );
}

function Pairs({ rows, filters }: { rows: readonly SafetyPair[]; filters: React.ReactNode }) {
  const { t } = useTranslation('signals');
  const maybe = useMaybe();
  const listedText = ({ isListed, raises }: SafetyPair) =>
    isListed ? t(raises ? 'safety.listedMore' : 'safety.listedYes') : '';
  const of = (
    key: keyof SafetyPair &
      ('ebgm' | 'eb05' | 'ic' | 'ic025' | 'prr' | 'prrLow' | 'ror' | 'rorLow' | 'chi2Yates' | 'q' | 'expected'),
    title: string,
  ) => ({
    key,
    title,
    value: (pair: SafetyPair) => pair[key],
    render: (pair: SafetyPair) => maybe(pair[key]),
    sortable: true,
    end: true,
  });
  return (
    <DataTable<SafetyPair>
      name="safety-pairs"
      label={t('safety.pairs')}
      rowKey={({ product, reaction }) => `${product} ${reaction}`}
      source={{ rows }}
      sort={{ key: 'q', descending: false }}
      few={50}
      searchable
      filters={filters}
      emptyText={t('safety.noMatch')}
      columns={[
        {
          key: 'product',
          title: t('safety.product'),
          value: ({ productName }) => productName,
          render: ({ product, reaction, productName }) => <Go to={pairPath(product, reaction)}>{productName}</Go>,
          sortable: true,
          phoneTitle: true,
        },
        { key: 'reaction', title: t('safety.reaction'), value: ({ reactionName }) => reactionName, sortable: true },
        { key: 'n', title: t('safety.n'), value: ({ n }) => n, sortable: true, end: true },
        of('expected', t('safety.expected')),
        of('ebgm', t('safety.ebgm')),
        of('eb05', t('safety.eb05')),
        of('ic', t('safety.ic')),
        of('ic025', t('safety.ic025')),
        of('prr', t('safety.prr')),
        of('prrLow', `${t('safety.prr')} ${t('safety.low')}`),
        of('ror', t('safety.ror')),
        of('rorLow', `${t('safety.ror')} ${t('safety.low')}`),
        of('chi2Yates', t('safety.chi')),
        of('q', t('safety.q')),
        {
          key: 'listed',
          title: t('safety.listed'),
          value: (pair) => listedText(pair),
          render: (pair) =>
            pair.isListed && <StatusTag tone={pair.raises ? 'danger' : 'neutral'}>{listedText(pair)}</StatusTag>,
          sortable: true,
        },
        {
          key: 'crossed',
          title: t('safety.crossed'),
          value: ({ crossed }) => crossed.join(' '),
          render: ({ crossed, raises }) =>
            crossed.length === 0 ? (
              ''
            ) : (
              <StatusTag tone={raises ? 'danger' : 'warning'}>
                {SAFETY_CRITERIA.filter(({ id }) => crossed.includes(id))
                  .map(({ name }) => name)
                  .join(', ')}
              </StatusTag>
            ),
        },
      ]}
    />
  );
}

/** The published thresholds, where each is from, and which a pair crosses. */
export function Thresholds({ pair }: { pair?: SafetyPair }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('safety.thresholds')} flush>
      <DataTable<(typeof SAFETY_CRITERIA)[number]>
        name="thresholds"
        label={t('safety.tableOf', { title: t('safety.thresholds') })}
        rowKey={({ id }) => id}
        source={{ rows: SAFETY_CRITERIA }}
        columns={[
          { key: 'name', title: t('safety.threshold'), value: ({ name }) => name, phoneTitle: true },
          { key: 'text', title: t('safety.rule'), value: ({ text }) => text },
          ...(pair === undefined
            ? []
            : [
                {
                  key: 'crossed',
                  title: t('safety.crossed'),
                  value: ({ id }: (typeof SAFETY_CRITERIA)[number]) =>
                    pair.crossed.includes(id) ? t('safety.crosses') : t('safety.crossesNot'),
                  render: ({ id }: (typeof SAFETY_CRITERIA)[number]) => (
                    <StatusTag tone={pair.crossed.includes(id) ? 'danger' : 'good'}>
                      {pair.crossed.includes(id) ? t('safety.crosses') : t('safety.crossesNot')}
                    </StatusTag>
                  ),
                },
              ]),
          { key: 'source', title: t('safety.source'), value: ({ source }) => source },
        ]}
      />
    </Panel>
  );
}
