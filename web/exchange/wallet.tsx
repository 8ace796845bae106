import { PrinterOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, InputNumber, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Payment, SANDBOX_OUTCOMES, type StatementLine, type Wallet } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Field, Figures, Loading, Page, Panel, StatusTag, Time, useNotice } from '../ui/index.ts';
import { partyName, said, useMoney } from './offering-ask.ts';
import { newKey, trade, useStatement, useWallet } from './trade-ask.ts';
import './trade.css';

const SHOWN = ['available', 'frozen', 'revenue'] as const;

/** One's own money: what there is, how it comes and goes, and every line of it. */
export default function WalletPage() {
  const { t } = useTranslation('exchange');
  const query = useWallet();
  return (
    <Page
      title={t('wallet.title')}
      about={query.data === undefined ? t('wallet.about') : `${partyName(query.data.party)}. ${t('wallet.about')}`}
      actions={
        <Button icon={<PrinterOutlined />} aria-label={t('wallet.statementAll')} onClick={() => window.print()} />
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <Content wallet={query.data} />}
    </Page>
  );
}

function Content({ wallet }: { wallet: Wallet }) {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const of = (purpose: string) => wallet.balances.find((each) => each.purpose === purpose)?.fen ?? 0;
  return (
    <div className="stack">
      <Figures
        figures={SHOWN.map((purpose) => ({ label: t(`wallet.purposes.${purpose}`), value: money(of(purpose)) }))}
      />
      <div className="no-print">
        <Panel>
          <p className="quiet">{t('wallet.sandbox')}</p>
          <div className="trade-pair">
            <Pay direction="in" />
            <Pay direction="out" />
          </div>
        </Panel>
      </div>
      <Panel title={t('wallet.payments')} flush>
        <Payments payments={wallet.payments} />
      </Panel>
      <Statement />
    </div>
  );
}

function Pay({ direction }: { direction: 'in' | 'out' }) {
  const { t } = useTranslation('exchange');
  const notice = useNotice();
  const queries = useQueryClient();
  const [yuan, setYuan] = useState(direction === 'in' ? 1_000 : 100);
  const [outcome, setOutcome] = useState<string>('succeeds');
  const [purpose, setPurpose] = useState('available');
  const key = useRef(newKey());
  const act = direction === 'in' ? t('wallet.topUp') : t('wallet.payOut');
  const pay = useMutation({
    mutationFn: () => {
      const wish = { fen: Math.round(yuan * 100), outcome, key: key.current };
      return direction === 'in' ? trade.topUp(wish) : trade.payOut({ ...wish, purpose });
    },
    onSuccess: () => {
      key.current = newKey();
      void queries.invalidateQueries({ queryKey: ['exchange', 'wallet'] });
    },
    onError: notice.failed,
  });
  return (
    <div className="trade-form">
      <Field label={t('wallet.yuan')}>
        {(id) => (
          <InputNumber id={id} min={0.01} precision={2} value={yuan} onChange={(value) => setYuan(value ?? 0.01)} />
        )}
      </Field>
      {direction === 'out' && (
        <Select
          aria-label={t('wallet.from')}
          value={purpose}
          style={{ minWidth: 130 }}
          onChange={setPurpose}
          options={['available', 'revenue'].map((value) => ({ value, label: t(`wallet.purposes.${value}`) }))}
        />
      )}
      <Select
        aria-label={`${act}: ${t('wallet.outcome')}`}
        value={outcome}
        style={{ minWidth: 190 }}
        onChange={setOutcome}
        options={SANDBOX_OUTCOMES.map((value) => ({ value, label: t(`wallet.outcomes.${value}`) }))}
      />
      <Button type={direction === 'in' ? 'primary' : 'default'} loading={pay.isPending} onClick={() => pay.mutate()}>
        {act}
      </Button>
    </div>
  );
}

const PAYMENT_TONES = { waiting: 'info', done: 'good', failed: 'danger' } as const;

export function Payments({ payments, withParty = false }: { payments: readonly Payment[]; withParty?: boolean }) {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  return (
    <DataTable<Payment>
      name="payments"
      label={t('wallet.paymentsAll')}
      emptyText={t('wallet.noPayments')}
      rowKey={({ id }) => id}
      source={{ rows: payments }}
      few={10}
      columns={[
        {
          key: 'what',
          title: t('wallet.what'),
          value: ({ direction }) => t(direction === 'in' ? 'wallet.topUp' : 'wallet.payOut'),
          phoneTitle: true,
        },
        ...(withParty ? [{ key: 'party', title: t('wallet.party'), value: ({ party }: Payment) => party }] : []),
        {
          key: 'amount',
          title: t('wallet.amount'),
          value: ({ fen }) => fen / 100,
          render: ({ fen }) => money(fen),
          sortable: true,
          end: true,
        },
        {
          key: 'state',
          title: t('orders.stateFilter'),
          value: ({ state }) => t(`wallet.states.${state}`),
          render: ({ state }) => <StatusTag tone={PAYMENT_TONES[state]}>{t(`wallet.states.${state}`)}</StatusTag>,
        },
        { key: 'by', title: t('order.by'), value: ({ askedByName }) => askedByName },
        {
          key: 'at',
          title: t('wallet.at'),
          value: ({ askedAt }) => askedAt,
          render: ({ askedAt }) => <Time at={askedAt} />,
          sortable: true,
        },
      ]}
    />
  );
}

const SPANS = { '30': 'wallet.since30', '365': 'wallet.since365', all: 'wallet.sinceAll' } as const;
const DAY_MS = 86_400_000;

/** Midnight before so many days, so that the same question is asked all day. */
export function sinceOf(days: string): string {
  if (days === 'all') return '';
  return new Date(Math.floor(Date.now() / DAY_MS - Number(days)) * DAY_MS).toISOString();
}

export function Span({ value, choose }: { value: string; choose: (days: string) => void }) {
  const { t } = useTranslation('exchange');
  return (
    <Select
      aria-label={t('wallet.span')}
      value={value}
      style={{ minWidth: 160 }}
      onChange={choose}
      options={Object.entries(SPANS).map(([days, label]) => ({ value: days, label: t(label) }))}
    />
  );
}

function Statement() {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const [days, setDays] = useAddressValue('days', '365');
  const query = useStatement(sinceOf(days));
  return (
    <Panel title={t('wallet.statement')} actions={<Span value={days} choose={setDays} />} flush>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <DataTable<StatementLine>
          name="statement"
          label={t('wallet.statementAll')}
          emptyText={t('wallet.noLines')}
          rowKey={({ subject, purpose, balance, at, kind }) => `${subject} ${purpose} ${kind} ${at} ${balance}`}
          source={{ rows: query.data.lines }}
          few={25}
          columns={[
            { key: 'what', title: t('wallet.what'), value: ({ kind }) => t(`wallet.kinds.${kind}`), phoneTitle: true },
            {
              key: 'subject',
              title: t('wallet.subject'),
              value: ({ title }) => (title === null ? '' : said(title)),
              render: ({ title, subject }) => title && <Go to={`/exchange/orders/${subject}`}>{said(title)}</Go>,
            },
            { key: 'account', title: t('wallet.account'), value: ({ purpose }) => t(`wallet.purposes.${purpose}`) },
            {
              key: 'amount',
              title: t('wallet.amount'),
              value: ({ fen }) => fen / 100,
              render: ({ fen }) => money(fen),
              end: true,
            },
            {
              key: 'balance',
              title: t('wallet.balance'),
              value: ({ balance }) => balance / 100,
              render: ({ balance }) => money(balance),
              end: true,
            },
            {
              key: 'at',
              title: t('wallet.at'),
              value: ({ at }) => at,
              render: ({ at }) => <Time at={at} form="minute" />,
            },
          ]}
        />
      )}
    </Panel>
  );
}
