import { Button, Checkbox, Input, InputNumber, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  AmountRule,
  Clause,
  PolicyPage,
  SimulatedSum,
  Simulation,
  WrittenAmount,
} from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, usePathValue } from '../shell/index.ts';
import { DataTable, Failure, Field, Figures, Loading, Page, Panel, Plot, useNotice } from '../ui/index.ts';
import { useDecision, useDecisions } from './decision-ask.ts';
import { policyActs, useBoth, usePolicy, usePolicyAct, useRoundYuan, useYuan } from './policy-ask.ts';
import './policy.css';

/** A draft of a clause and what it would cost, for whoever makes the rules. */
export default function PolicySimulate() {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const id = usePathValue('id');
  const query = usePolicy(id);
  const [chosen, choose] = useAddressValue('clause');
  const page = query.data;
  const clauses = page?.policy.versions.find(({ version }) => version === page.version)?.clauses ?? [];
  const clause = clauses.find((each) => each.id === chosen) ?? clauses[0];
  return (
    <Page
      title={t('policyDesk.simulateTitle')}
      about={t('policyDesk.simulateAbout')}
      trail={
        <Go to={`/cluster/policies/${id}`}>{page === undefined ? t('policies.policy') : both(page.policy.title)}</Go>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && clause !== undefined && (
        <div className="stack">
          <Field stacked label={t('policyDesk.clause')}>
            {(id) => (
              <Select
                id={id}
                value={clause.id}
                onChange={choose}
                options={clauses.map((each) => ({ value: each.id, label: both(each.title) }))}
              />
            )}
          </Field>
          <Draft key={`${clause.id} ${page.version}`} page={page} clause={clause} clauses={clauses} />
        </div>
      )}
    </Page>
  );
}

function Draft({ page, clause, clauses }: { page: PolicyPage; clause: Clause; clauses: readonly Clause[] }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [draft, setDraft] = useState(clause);
  const [examples, setExamples] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [found, setFound] = useState<Simulation>();
  const id = page.policy.id;
  const change = (parts: Partial<Clause>) => setDraft({ ...draft, ...parts });
  const run = async () => {
    setBusy(true);
    try {
      setFound(await policyActs.simulate(id, { clause: draft, examples }));
    } catch (error) {
      notice.failed(error);
    } finally {
      setBusy(false);
    }
  };
  const window = (end: 'from' | 'to', value: string) => {
    const { [end]: _, ...rest } = draft.window ?? {};
    change({ window: value === '' ? rest : { ...rest, [end]: value } });
  };
  return (
    <>
      <Panel title={t('policyDesk.draft')}>
        <div className="stack no-print">
          <Field
            stacked
            label={t('policyDesk.when')}
            note={
              <span className="policy-code">
                {t('policyDesk.whenAbout', { names: page.variables.map(({ name }) => name).join(', ') })}
              </span>
            }
          >
            {(id) => (
              <Input.TextArea
                id={id}
                className="policy-code"
                autoSize
                value={draft.when ?? ''}
                onChange={({ target: { value } }) => {
                  const { when: _, ...rest } = draft;
                  setDraft(value.trim() === '' ? rest : { ...rest, when: value });
                }}
              />
            )}
          </Field>
          <ModelFields draft={draft} change={setDraft} />
          <div className="policy-fields">
            <RuleFields rule={draft.amount} change={(amount) => change({ amount })} label="" />
            {(['from', 'to'] as const).map((end) => (
              <Field stacked key={end} label={t(end === 'from' ? 'policyDesk.windowFrom' : 'policyDesk.windowTo')}>
                {(id) => (
                  <Input
                    id={id}
                    type="date"
                    value={draft.window?.[end] ?? ''}
                    onChange={(event) => window(end, event.target.value)}
                  />
                )}
              </Field>
            ))}
          </div>
          <div className="row" style={{ flexWrap: 'wrap' }}>
            <Button type="primary" loading={isBusy} onClick={run}>
              {t('policyDesk.run')}
            </Button>
            <Checkbox checked={examples} onChange={(event) => setExamples(event.target.checked)}>
              {t('policyDesk.examples')}
            </Checkbox>
          </div>
        </div>
      </Panel>
      {found !== undefined && <Found found={found} page={page} />}
      {found !== undefined && (
        <Adopt page={page} clauses={clauses.map((each) => (each.id === draft.id ? draft : each))} />
      )}
    </>
  );
}

/** A decision model in the place of the condition, the amount, or both. */
function ModelFields({ draft, change }: { draft: Clause; change: (draft: Clause) => void }) {
  const { t } = useTranslation('cluster');
  const models = useDecisions();
  const chosen = draft.decision;
  const model = useDecision(chosen?.model ?? '', String(chosen?.version ?? ''), chosen !== undefined);
  const decisions = (model.data?.model.elements ?? [])
    .filter(({ kind }) => kind === 'decision')
    .map(({ name }) => name);
  const options = decisions.map((name) => ({ value: name, label: name }));
  const { decision: _, ...without } = draft;
  const amount = draft.amount.kind === 'decision' ? draft.amount : undefined;
  const real = (models.data?.decisions ?? []).filter(({ example }) => !example);
  return (
    <div className="policy-fields">
      <Field stacked label={t('policyDesk.model')} note={t('policyDesk.modelAbout')}>
        {(id) => (
          <Select
            id={id}
            allowClear
            value={chosen?.model ?? null}
            onChange={(value) => {
              const found = real.find((each) => each.id === value);
              change(
                found === undefined
                  ? { ...without, ...(amount !== undefined && { amount: { kind: 'unknown' } }) }
                  : { ...without, decision: { model: found.id, version: found.version } },
              );
            }}
            options={real.map(({ id: value, name, version }) => ({ value, label: `${name} · ${version}` }))}
          />
        )}
      </Field>
      {chosen !== undefined && (
        <>
          <Field stacked label={t('policyDesk.eligibleBy')}>
            {(id) => (
              <Select
                id={id}
                allowClear
                value={chosen.eligible ?? null}
                onChange={(value) => {
                  const { eligible: __, ...rest } = chosen;
                  change({ ...draft, decision: value ? { ...rest, eligible: value } : rest });
                }}
                options={options}
              />
            )}
          </Field>
          <Field stacked label={t('policyDesk.amountBy')}>
            {(id) => (
              <Select
                id={id}
                allowClear
                value={amount?.decision ?? null}
                onChange={(value) =>
                  change({ ...draft, amount: value ? { kind: 'decision', decision: value } : { kind: 'unknown' } })
                }
                options={options}
              />
            )}
          </Field>
        </>
      )}
    </div>
  );
}

/** The numbers of an amount, whatever its form. */
function RuleFields({ rule, change, label }: { rule: AmountRule; change: (rule: AmountRule) => void; label: string }) {
  const { t } = useTranslation('cluster');
  const field = (words: string, value: number, set: (value: number) => void) => (
    <Field stacked key={words} label={label === '' ? words : `${label}: ${words}`}>
      {(id) => (
        <InputNumber
          id={id}
          min={0}
          max={1e11}
          value={value}
          style={{ width: '100%' }}
          onChange={(typed) => set(Number(typed ?? 0))}
        />
      )}
    </Field>
  );
  const ceiling = (of: AmountRule & { ceilingYuan?: number }) =>
    field(t('policyDesk.ceiling'), of.ceilingYuan ?? 0, (ceilingYuan) => {
      const { ceilingYuan: _, ...rest } = of;
      change((ceilingYuan === 0 ? rest : { ...rest, ceilingYuan }) as AmountRule);
    });
  switch (rule.kind) {
    case 'fixed':
      return field(t('policyDesk.yuan'), rule.yuan, (yuan) => change({ ...rule, yuan }));
    case 'up-to':
      return field(t('policyDesk.ceiling'), rule.ceilingYuan, (ceilingYuan) => change({ ...rule, ceilingYuan }));
    case 'rate':
      return (
        <>
          {field(t('policyDesk.percent'), rule.percent, (percent) => change({ ...rule, percent }))}
          {ceiling(rule)}
        </>
      );
    case 'each':
      return (
        <>
          {field(t('policyDesk.yuan'), rule.yuan, (yuan) => change({ ...rule, yuan }))}
          {ceiling(rule)}
        </>
      );
    case 'decision':
      return ceiling(rule);
    case 'tiers':
      return (
        <>
          {Object.entries(rule.tiers).map(([tier, each]) => (
            <RuleFields
              key={tier}
              rule={each}
              label={t('policyDesk.tier', { tier })}
              change={(one) => change({ ...rule, tiers: { ...rule.tiers, [tier]: one as WrittenAmount } })}
            />
          ))}
        </>
      );
    default:
      return <span className="quiet">{t('policyDesk.fixedKind')}</span>;
  }
}

function Found({ found, page }: { found: Simulation; page: PolicyPage }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  const round = useRoundYuan();
  const lines = (['yes', 'unknown', 'certain', 'possible', 'unbounded'] as const).map((key) => ({
    key,
    now: found.now[key],
    draft: found.draft[key],
  }));
  const shown = (key: string, value: number) => (key === 'certain' || key === 'possible' ? yuan(value) : value);
  return (
    <Panel title={t('policyDesk.outcome')}>
      <div className="stack">
        <Figures
          figures={[
            { label: `${t('policyDesk.certain')} (${t('policyDesk.afterwards')})`, value: round(found.draft.certain) },
            { label: t('policyDesk.difference'), value: round(found.draft.certain - found.now.certain) },
            {
              label: `${t('policyDesk.possible')} (${t('policyDesk.afterwards')})`,
              value: round(found.draft.possible),
            },
            { label: t('policyDesk.yes'), value: found.draft.yes },
          ]}
        />
        <p className="quiet">
          {t('policyDesk.result', { enterprises: found.enterprises, ms: found.tookMs })}. {t('policyDesk.method')}
        </p>
        <DataTable<(typeof lines)[number]>
          name="simulation"
          label={t('policyDesk.simulateTitle')}
          rowKey={({ key }) => key}
          source={{ rows: lines }}
          columns={[
            { key: 'what', title: '', value: ({ key }) => t(`policyDesk.${key}`), phoneTitle: true },
            {
              key: 'now',
              title: t('policyDesk.now'),
              end: true,
              value: ({ now }) => now,
              render: ({ key, now }) => shown(key, now),
            },
            {
              key: 'draft',
              title: t('policyDesk.afterwards'),
              end: true,
              value: ({ draft }) => draft,
              render: ({ key, draft }) => shown(key, draft),
            },
            {
              key: 'difference',
              title: t('policyDesk.difference'),
              end: true,
              value: ({ now, draft }) => draft - now,
              render: ({ key, now, draft }) => shown(key, draft - now),
            },
          ]}
        />
        {(['district', 'field'] as const).map((by) => (
          <Groups key={by} by={by} groups={found.by[by]} page={page} />
        ))}
        {found.missing.length > 0 && (
          <DataTable<Simulation['missing'][number]>
            name="missing"
            label={t('policyDesk.lacks')}
            rowKey={({ name }) => name}
            source={{ rows: found.missing }}
            columns={[
              {
                key: 'question',
                title: t('policyDesk.lacks'),
                value: ({ name }) => both(page.variables.find((each) => each.name === name)!.question),
                phoneTitle: true,
              },
              { key: 'count', title: t('policyDesk.lackCount'), end: true, value: ({ enterprises }) => enterprises },
            ]}
          />
        )}
      </div>
    </Panel>
  );
}

interface Group {
  value: string;
  now: SimulatedSum;
  draft: SimulatedSum;
}

function Groups({ by, groups, page }: { by: 'district' | 'field'; groups: readonly Group[]; page: PolicyPage }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const options = page.variables.find(({ name }) => name === by)?.options ?? [];
  const nameOf = (value: string) => {
    const option = options.find((each) => each.value === value);
    return option === undefined ? t('policyDesk.unknownGroup') : both(option);
  };
  const names = groups.map(({ value }) => nameOf(value));
  const series = (['now', 'draft'] as const).flatMap((side) =>
    (['certain', 'possible'] as const).map((what) => ({
      name: `${t(side === 'now' ? 'policyDesk.now' : 'policyDesk.afterwards')}: ${t(`policyDesk.${what}`)}`,
      values: groups.map((group) => group[side][what] / 100),
    })),
  );
  const drawn = JSON.stringify({ names, series });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn is named by its text
  const option = useMemo(
    () => ({
      tooltip: { trigger: 'axis' as const },
      legend: { top: 0 },
      grid: { left: 8, right: 20, top: 64, bottom: 8, containLabel: true },
      xAxis: { type: 'value' as const },
      yAxis: { type: 'category' as const, data: names },
      series: series.map(({ name, values }) => ({ type: 'bar' as const, name, data: values })),
    }),
    [drawn],
  );
  return (
    <Plot
      title={t(by === 'district' ? 'policyDesk.byDistrict' : 'policyDesk.byField')}
      heightPx={120 + 70 * groups.length}
      option={option}
      table={{
        columns: [t('policyDesk.group'), ...series.map(({ name }) => name)],
        rows: names.map((name, at) => [name, ...series.map(({ values }) => values[at]!)]),
      }}
    />
  );
}

function Adopt({ page, clauses }: { page: PolicyPage; clauses: readonly Clause[] }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [from, setFrom] = useState('');
  const [words, setWords] = useState('');
  const newest = Math.max(...page.policy.versions.map(({ version }) => version));
  const act = usePolicyAct(
    page.policy.id,
    () => policyActs.amend(page.policy.id, { version: newest, from, words, clauses }),
    () => notice.done(t('policyDesk.adopted', { version: newest + 1, from })),
  );
  return (
    <Panel title={t('policyDesk.adopt')}>
      <div className="policy-fields no-print">
        <Field stacked label={t('policyDesk.adoptFrom')}>
          {(id) => <Input id={id} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />}
        </Field>
        <Field stacked label={t('policyDesk.words')}>
          {(id) => <Input id={id} maxLength={2_000} value={words} onChange={(event) => setWords(event.target.value)} />}
        </Field>
        <Button
          disabled={from === '' || words.trim() === ''}
          loading={act.isPending}
          onClick={() => act.mutate(undefined)}
        >
          {t('policyDesk.adopt')}
        </Button>
      </div>
    </Panel>
  );
}
