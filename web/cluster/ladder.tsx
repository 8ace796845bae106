import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, InputNumber, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Criterion, LadderFact, LadderLine, LadderPage, Rung } from '../../src/modules/cluster/model.ts';
import { api, Go, language, useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, Panel, useNotice } from '../ui/index.ts';
import { AddressSwitch, percent, useClusterAct, useMoney } from './fund-ask.tsx';
import { nameOf } from './record-ask.ts';
import { ThingLink } from './said.tsx';

const MONEY: readonly LadderFact[] = ['revenue', 'rd-spending', 'base-revenue', 'valuation'];
const SHARES: readonly LadderFact[] = [
  'rd-share',
  'rd-staff-share',
  'revenue-growth',
  'revenue-growth-3y',
  'high-tech-revenue-share',
  'chain-share',
];

import './record.css';

/** Every enterprise against each rung, and who is next. */
export default function Ladder() {
  const { t } = useTranslation('cluster');
  const [examples] = useAddressValue('examples');
  const [setting, setSetting] = useState<{ rung: Rung; criterion: Criterion }>();
  const query = useQuery({
    queryKey: ['cluster', 'ladder', examples],
    queryFn: ({ signal }) => api.get<LadderPage>('/api/cluster/ladder', { query: { examples }, signal }),
  });
  return (
    <Page
      title={t('ladder.title')}
      about={t('ladder.about')}
      trail={<Go to="/cluster/targets">{t('targets.title')}</Go>}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          <Rungs page={query.data} set={setSetting} />
          <Panel title={t('ladder.who')} flush>
            <Enterprises page={query.data} filters={<AddressSwitch name="examples" label={t('funds.examples')} />} />
          </Panel>
          {query.data.judged < query.data.enterprises && (
            <p className="quiet">{t('ladder.judged', { judged: query.data.judged, all: query.data.enterprises })}</p>
          )}
          {query.data.more && <p className="quiet">{t('ladder.more')}</p>}
          {setting !== undefined && <SetCriterion {...setting} close={() => setSetting(undefined)} />}
        </div>
      )}
    </Page>
  );
}

/** `revenue ≥ 20M yuan`. */
function useCriterionWords(): (criterion: Criterion) => string {
  const { t } = useTranslation('cluster');
  const amount = useFactWords();
  return ({ fact, op, value }) => {
    const sign = { '>=': '≥', '<=': '≤', '<': '<', '>': '>', '=': '=' }[op];
    return `${t(`ladder.facts.${fact}`)} ${sign} ${value === null ? t('ladder.waits') : amount(fact, value)}`;
  };
}

function useFactWords(): (fact: LadderFact, value: number) => string {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  return (fact, value) => {
    if (MONEY.includes(fact)) return money(value);
    if (SHARES.includes(fact)) return percent(value);
    if (['listed', 'core-ip', 'high-tech-field', 'high-tech-enterprise'].includes(fact))
      return value === 1 ? t('ladder.yes') : t('ladder.no');
    return value.toLocaleString(language());
  };
}

function Rungs({ page, set }: { page: LadderPage; set: (chosen: { rung: Rung; criterion: Criterion }) => void }) {
  const { t } = useTranslation('cluster');
  const words = useCriterionWords();
  return (
    <DataTable<Rung>
      name="ladder"
      label={t('ladder.title')}
      searchable={false}
      rowKey={({ id }) => id}
      source={{ rows: page.rungs }}
      columns={[
        { key: 'rung', title: t('ladder.rung'), value: (rung) => rung[language()], phoneTitle: true },
        ...(['yes', 'no', 'unknown'] as const).map((answer) => ({
          key: answer,
          title: t(`ladder.${answer}`),
          value: ({ id }: Rung) => page.counts[id]?.[answer] ?? 0,
          end: true,
        })),
        {
          key: 'rule',
          title: t('ladder.rule'),
          value: ({ any }) => any.map((group) => group.map(words).join(' ∧ ')).join(' ∨ '),
          render: (rung) => (
            <div>
              {rung.any.map((group) => (
                <div key={group.map(words).join()}>
                  {group.map(words).join('; ')}
                  {page.maySet &&
                    group
                      .filter(({ value }) => value === null)
                      .map((criterion) => (
                        <Button key={criterion.id} size="small" type="link" onClick={() => set({ rung, criterion })}>
                          {t('ladder.set')}: {t(`ladder.facts.${criterion.fact}`)}
                        </Button>
                      ))}
                </div>
              ))}
              {rung.note !== undefined && <span className="quiet">{rung.note[language()]}</span>}
            </div>
          ),
        },
        { key: 'from', title: t('ladder.from'), value: ({ validFrom }) => validFrom },
        {
          key: 'source',
          title: t('ladder.read'),
          value: ({ source: { title, reference, read } }) =>
            [title, reference, read].filter((part) => part !== undefined).join(', '),
        },
      ]}
    />
  );
}

function Enterprises({ page, filters }: { page: LadderPage; filters: React.ReactNode }) {
  const { t } = useTranslation('cluster');
  const amount = useFactWords();
  const rungOf = (id: string | null): string =>
    page.rungs.find((rung) => rung.id === id)?.[language()] ?? t('funds.unknown');
  const near = ({ answers }: LadderLine): string[] =>
    answers
      .filter(({ isNear }) => isNear)
      .map(({ rung, criteria }) => {
        const lacking = criteria.find(({ answer }) => answer === 'no')!;
        const short = SHARES.includes(lacking.fact)
          ? t('ladder.points', {
              amount: ((lacking.short ?? 0) * 100).toLocaleString(language(), { maximumFractionDigits: 1 }),
            })
          : amount(lacking.fact, lacking.short ?? 0);
        return t('ladder.nearWords', {
          rung: rungOf(rung),
          short: t('ladder.short', { fact: t(`ladder.facts.${lacking.fact}`), amount: short }),
        });
      });
  const missing = ({ answers }: LadderLine): string[] => [
    ...new Set(
      answers.flatMap(({ criteria }) =>
        criteria.filter(({ has }) => has === null).map(({ fact }) => t(`ladder.facts.${fact}`)),
      ),
    ),
  ];
  return (
    <DataTable<LadderLine>
      name="ladder-enterprises"
      label={t('funds.table', { name: t('ladder.who') })}
      rowKey={({ thing }) => thing.id}
      source={{ rows: page.lines }}
      searchable
      few={30}
      filters={filters}
      columns={[
        {
          key: 'enterprise',
          title: t('ladder.enterprise'),
          value: ({ thing }) => nameOf(thing),
          render: ({ thing }) => <ThingLink thing={thing} />,
          sortable: true,
          phoneTitle: true,
        },
        { key: 'top', title: t('ladder.top'), value: ({ top }) => rungOf(top) },
        {
          key: 'near',
          title: t('ladder.near'),
          value: (line) => near(line).join('; '),
          render: (line) => near(line).map((words) => <div key={words}>{words}</div>),
          sortable: true,
        },
        { key: 'missing', title: t('ladder.missing'), value: (line) => missing(line).slice(0, 6).join(', ') },
      ]}
    />
  );
}

function SetCriterion({ rung, criterion, close }: { rung: Rung; criterion: Criterion; close: () => void }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [form] = Form.useForm<{ value: number; source: string; validFrom: string }>();
  const scale = MONEY.includes(criterion.fact) ? 100 : SHARES.includes(criterion.fact) ? 0.01 : 1;
  const unit = scale === 100 ? ` (${t('target.yuan')})` : scale === 0.01 ? ' (%)' : '';
  const set = useClusterAct(
    ({ value, ...rest }: { value: number; source: string; validFrom: string }) =>
      api.post('/api/cluster/ladder/settings', {
        rung: rung.id,
        criterion: criterion.id,
        value: value * scale,
        ...rest,
      }),
    () => {
      notice.done(t('target.done'));
      close();
    },
  );
  const needed = [{ required: true }];
  return (
    <Modal
      open
      title={`${t('ladder.setTitle')}: ${rung[language()]}, ${t(`ladder.facts.${criterion.fact}`)}`}
      okText={t('ladder.set')}
      cancelText={t('funds.cancel')}
      confirmLoading={set.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form form={form} layout="vertical" onFinish={(given) => set.mutate(given)}>
        <Form.Item name="value" label={`${t('ladder.setValue')}${unit}`} rules={needed}>
          <InputNumber min={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="source" label={t('ladder.setSource')} rules={needed}>
          <Input maxLength={1000} />
        </Form.Item>
        <Form.Item name="validFrom" label={t('ladder.setFrom')} rules={needed}>
          <Input type="date" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
