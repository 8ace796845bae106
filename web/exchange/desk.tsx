import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Books, OrderLine, TraceReport, TraceSuspect, TradeTerms } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import {
  DataTable,
  Facts,
  Failure,
  Field,
  Figures,
  Loading,
  Page,
  Panel,
  StatusTag,
  Tabs,
  Time,
  useNotice,
} from '../ui/index.ts';
import { partyName, said, useCatalogue, useMoney } from './offering-ask.ts';
import { trade, useOrders, usePayments } from './trade-ask.ts';
import { Payments } from './wallet.tsx';
import './trade.css';

/** What the operator of the exchange decides and watches. */
export default function Desk() {
  const { t } = useTranslation('exchange');
  const [part, setPart] = useAddressValue('part', 'disputes');
  const query = usePayments();
  return (
    <Page title={t('desk.title')} about={t('desk.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <Tabs
          label={t('desk.parts')}
          active={part}
          choose={setPart}
          tabs={[
            { key: 'disputes', label: t('desk.disputes'), content: () => <Disputes /> },
            {
              key: 'payments',
              label: t('desk.payments'),
              content: () => <Payments payments={query.data.payments} withParty />,
            },
            { key: 'books', label: t('desk.books'), content: () => <BooksShown books={query.data.books} /> },
            { key: 'terms', label: t('desk.terms'), content: () => <Terms terms={query.data.terms} /> },
            { key: 'trace', label: t('desk.trace'), content: () => <Trace /> },
          ]}
        />
      )}
    </Page>
  );
}

function Disputes() {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const query = useOrders('operator', 'disputed');
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <DataTable<OrderLine>
      name="disputes"
      label={t('desk.disputes')}
      emptyText={t('desk.noDisputes')}
      rowKey={({ id }) => id}
      source={{ rows: query.data.orders }}
      columns={[
        {
          key: 'product',
          title: t('orders.product'),
          value: ({ title }) => said(title),
          render: ({ id, title }) => <Go to={`/exchange/orders/${id}`}>{said(title)}</Go>,
          phoneTitle: true,
        },
        {
          key: 'parties',
          title: t('orders.other'),
          value: ({ buyer, seller }) => t('orders.between', { buyer: partyName(buyer), seller: partyName(seller) }),
        },
        {
          key: 'price',
          title: t('orders.price'),
          value: ({ deposit }) => deposit / 100,
          render: ({ deposit }) => money(deposit),
          end: true,
        },
        {
          key: 'ordered',
          title: t('orders.ordered'),
          value: ({ requestedAt }) => requestedAt,
          render: ({ requestedAt }) => <Time at={requestedAt} />,
        },
      ]}
    />
  );
}

function BooksShown({ books: { entries, postings, totals, flaws } }: { books: Books }) {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const sum = totals.reduce((all, { fen }) => all + fen, 0);
  const isGood = flaws.length === 0 && sum === 0;
  return (
    <div className="stack">
      <Figures
        figures={[
          { label: t('desk.entries'), value: entries },
          { label: t('desk.postings'), value: postings },
          { label: t('desk.sum'), value: money(sum) },
        ]}
      />
      <Panel title={t('desk.books')}>
        <StatusTag tone={isGood ? 'good' : 'danger'}>{t(isGood ? 'desk.booksGood' : 'desk.booksBad')}</StatusTag>
        <Facts facts={totals.map(({ purpose, fen }) => [t(`wallet.purposes.${purpose}`), money(fen)])} />
        {flaws.length > 0 && (
          <ul>
            {flaws.map((flaw) => (
              <li key={flaw}>{flaw}</li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}

function Terms({ terms }: { terms: TradeTerms }) {
  const { t } = useTranslation('exchange');
  const notice = useNotice();
  const queries = useQueryClient();
  const [own, setOwn] = useState(terms);
  const save = useMutation({
    mutationFn: () => trade.setTerms({ ...own, revision: terms.revision }),
    onSuccess: () => {
      notice.done(t('desk.saved'));
      void queries.invalidateQueries({ queryKey: ['exchange', 'payments'] });
    },
    onError: notice.failed,
  });
  return (
    <Panel title={t('desk.terms')}>
      <p className="quiet">{t('desk.termsAbout')}</p>
      <div className="trade-form">
        <Field label={t('desk.fee')}>
          {(id) => (
            <InputNumber
              id={id}
              min={0}
              max={50}
              precision={2}
              value={own.feeBasisPoints / 100}
              onChange={(value) => setOwn({ ...own, feeBasisPoints: Math.round((value ?? 0) * 100) })}
            />
          )}
        </Field>
        <Field label={t('desk.acceptanceDays')}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={90}
              precision={0}
              value={own.acceptanceDays}
              onChange={(value) => setOwn({ ...own, acceptanceDays: value ?? 1 })}
            />
          )}
        </Field>
        <Field label={t('desk.fundingDays')}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={365}
              precision={0}
              value={own.fundingDays}
              onChange={(value) => setOwn({ ...own, fundingDays: value ?? 1 })}
            />
          )}
        </Field>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
          {t('desk.save')}
        </Button>
      </div>
    </Panel>
  );
}

function Trace() {
  const { t } = useTranslation('exchange');
  const [offering, setOffering] = useState<string>();
  const [csv, setCsv] = useState('');
  const catalogue = useCatalogue({ limit: '100' });
  const trace = useMutation({ mutationFn: () => trade.trace({ offering: offering as string, csv }) });
  return (
    <div className="stack">
      <Panel title={t('desk.trace')}>
        <p className="quiet">{t('desk.traceAbout')}</p>
        <div className="trade-form">
          <Select
            aria-label={t('desk.product')}
            placeholder={t('desk.product')}
            style={{ width: 'min(100%, 360px)' }}
            {...(offering !== undefined && { value: offering })}
            onChange={setOffering}
            options={(catalogue.data?.offerings ?? []).map(({ id, title }) => ({ value: id, label: said(title) }))}
          />
          <input
            type="file"
            accept=".csv,text/csv"
            aria-label={t('desk.file')}
            style={{ maxWidth: '100%' }}
            onChange={async ({ target }) => {
              const file = target.files?.[0];
              if (file !== undefined) setCsv(await file.text());
            }}
          />
          <Button
            type="primary"
            disabled={offering === undefined || csv === ''}
            loading={trace.isPending}
            onClick={() => trace.mutate()}
          >
            {t('desk.traceAct')}
          </Button>
        </div>
      </Panel>
      {trace.isError && <Failure error={trace.error} />}
      {trace.isSuccess && <Traced report={trace.data} />}
    </div>
  );
}

function Traced({ report }: { report: TraceReport }) {
  const { t, i18n } = useTranslation('exchange');
  const chance = (value: number) =>
    new Intl.NumberFormat(i18n.language, { notation: 'scientific', maximumSignificantDigits: 2 }).format(value);
  return (
    <Panel title={t('desk.suspects')}>
      <Facts
        facts={[
          [t('desk.matched'), `${report.matched} / ${report.rows}`],
          [t('desk.columns'), report.columns.join(', ')],
        ]}
      />
      <DataTable<TraceSuspect>
        name="trace"
        label={t('desk.suspects')}
        rowKey={({ orderId }) => orderId}
        source={{ rows: report.suspects }}
        columns={[
          {
            key: 'buyer',
            title: t('desk.copyOf'),
            value: ({ buyer }) => partyName(buyer),
            render: ({ buyer, orderId }) => <Go to={`/exchange/orders/${orderId}`}>{partyName(buyer)}</Go>,
            phoneTitle: true,
          },
          {
            key: 'verdict',
            title: t('order.state'),
            value: ({ isProven }) => t(isProven ? 'desk.proven' : 'desk.notProven'),
            render: ({ isProven }) => (
              <StatusTag tone={isProven ? 'danger' : 'neutral'}>
                {t(isProven ? 'desk.proven' : 'desk.notProven')}
              </StatusTag>
            ),
          },
          { key: 'marks', title: t('desk.marks'), value: ({ agree, marks }) => `${agree} / ${marks}`, end: true },
          { key: 'order', title: t('desk.order'), value: ({ inOrder, pairs }) => `${inOrder} / ${pairs}`, end: true },
          {
            key: 'chance',
            title: t('desk.chance'),
            value: (row) => row.chance,
            render: (row) => chance(row.chance),
            end: true,
          },
        ]}
      />
      <p className="quiet">{t('desk.traceMethod', { threshold: chance(report.threshold) })}</p>
    </Panel>
  );
}
