import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, InputNumber, Modal, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  FUND_KINDS,
  type FundEntry,
  type FundKind,
  type FundPage,
  type ImportRow,
  PURPOSES,
  type ThingPage,
  VALUATIONS,
} from '../../src/modules/cluster/model.ts';
import { api, language } from '../shell/index.ts';
import { base64Of, DataTable, Panel, StatusTag, useAsk, useNotice, useRested } from '../ui/index.ts';
import { useClusterAct } from './fund-ask.tsx';
import { nameOf } from './record-ask.ts';

/** What was entered, with a way to enter more and to take back. */
export function Books({ page }: { page: FundPage }) {
  const { t } = useTranslation('cluster');
  const [adding, setAdding] = useState(false);
  const ask = useAsk();
  const notice = useNotice();
  const reverse = useClusterAct(
    ({ entry, reason }: { entry: string; reason: string }) =>
      api.post(`/api/cluster/funds/${page.id}/entries/${entry}/reverse`, { reason }),
    () => notice.done(t('fund.done')),
  );
  const reversed = new Set(page.entries.map(({ reverses }) => reverses));
  const takeBack = async (entry: string) => {
    const answer = await ask({
      title: t('fund.reverse'),
      about: t('fund.reverseAbout'),
      act: t('fund.reverse'),
      danger: true,
      reason: true,
    });
    if (answer !== undefined) reverse.mutate({ entry, reason: answer.reason });
  };
  return (
    <div className="stack">
      {page.mayWrite && (
        <div className="row no-print">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t('fund.addTitle')}
          </Button>
        </div>
      )}
      {adding && <EnterOne page={page} close={() => setAdding(false)} />}
      {page.mayWrite && <Import fund={page.id} />}
      <DataTable<FundEntry>
        name={`fund-books-${page.id}`}
        label={t('fund.books')}
        rowKey={({ id }) => id}
        source={{ rows: page.entries.toReversed() }}
        searchable
        few={50}
        emptyText={t('fund.noEntries')}
        columns={[
          {
            key: 'day',
            title: t('fund.day'),
            value: ({ day }) => day,
            render: ({ day }) => <span className="one-line">{day}</span>,
            sortable: true,
          },
          {
            key: 'kind',
            title: t('fund.kind'),
            value: ({ kind, purpose }) =>
              `${t(`fund.kinds.${kind}`)}${purpose === null ? '' : `, ${t(`fund.purposes.${purpose}`)}`}`,
            render: ({ id, kind, purpose, recallable }) => (
              <span className="row">
                {t(`fund.kinds.${kind}`)}
                {purpose !== null && <span className="quiet">{t(`fund.purposes.${purpose}`)}</span>}
                {recallable && <span className="quiet">{t('fund.recallable')}</span>}
                {reversed.has(id) && <StatusTag tone="danger">{t('fund.reversed')}</StatusTag>}
              </span>
            ),
            phoneTitle: true,
          },
          {
            key: 'amount',
            title: t('fund.amount'),
            value: ({ fen }) => fen / 100,
            render: ({ fen }) => (fen / 100).toLocaleString(language()),
            end: true,
            sortable: true,
          },
          {
            key: 'party',
            title: t('fund.party'),
            value: ({ holding, investor }) => {
              const found = page.names[holding ?? ''] ?? page.names[investor ?? ''];
              return found === undefined ? (holding ?? investor) : nameOf(found);
            },
          },
          {
            key: 'method',
            title: t('fund.method'),
            value: ({ method }) => (method === null ? '' : t(`fund.methods.${method}`)),
          },
          { key: 'source', title: t('fund.source'), value: ({ source }) => source },
          { key: 'note', title: t('fund.note'), value: ({ note }) => note },
          { key: 'by', title: t('fund.by'), value: ({ enteredByName }) => enteredByName },
          ...(page.mayWrite
            ? [
                {
                  key: 'act',
                  title: '',
                  value: () => '',
                  render: ({ id, kind }: FundEntry) =>
                    kind !== 'reversal' &&
                    !reversed.has(id) && (
                      <Button size="small" onClick={() => void takeBack(id)}>
                        {t('fund.reverse')}
                      </Button>
                    ),
                },
              ]
            : []),
        ]}
      />
      {page.moreEntries && <p className="quiet">{t('fund.more')}</p>}
    </div>
  );
}

interface Entered {
  kind: FundKind;
  day: { format(form: string): string };
  yuan: number;
  holding?: string;
  investor?: string;
  purpose?: string;
  recallable?: boolean;
  stake?: number;
  method?: string;
  source: string;
  note?: string;
}

function EnterOne({ page, close }: { page: FundPage; close: () => void }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [form] = Form.useForm<Entered>();
  const kind = Form.useWatch('kind', form) ?? 'call';
  const enter = useClusterAct(
    ({ yuan, stake, day, ...rest }: Entered) =>
      api.post(`/api/cluster/funds/${page.id}/entries`, {
        entries: [
          {
            ...rest,
            day: day.format('YYYY-MM-DD'),
            fen: Math.round(yuan * 100),
            ...(stake != null && { stakePpm: Math.round(stake * 10_000) }),
          },
        ],
      }),
    () => {
      notice.done(t('fund.done'));
      close();
    },
  );
  const isOfHolding = ['investment', 'proceeds', 'holding-value'].includes(kind);
  const isOfInvestor = ['commitment', 'call', 'distribution'].includes(kind);
  const required = [{ required: true }];
  return (
    <Modal
      open
      title={t('fund.addTitle')}
      okText={t('fund.add')}
      cancelText={t('funds.cancel')}
      confirmLoading={enter.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Entered>
        form={form}
        layout="vertical"
        initialValues={{ kind: 'call' }}
        onFinish={(given) => enter.mutate(given)}
      >
        <Form.Item name="kind" label={t('fund.kind')} rules={required}>
          <Select options={FUND_KINDS.map((each) => ({ value: each, label: t(`fund.kinds.${each}`) }))} />
        </Form.Item>
        <Form.Item name="day" label={t('fund.day')} rules={required}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="yuan" label={t('fund.amount')} rules={required}>
          <InputNumber<number> min={0} precision={2} style={{ width: '100%' }} />
        </Form.Item>
        {isOfHolding && (
          <Form.Item name="holding" label={t('fund.holding')} rules={required}>
            <HoldingChoice page={page} />
          </Form.Item>
        )}
        {kind === 'investment' && (
          <Form.Item name="stake" label={`${t('fund.stake')} (%)`}>
            <InputNumber<number> min={0} max={100} precision={4} style={{ width: '100%' }} />
          </Form.Item>
        )}
        {isOfInvestor && (
          <Form.Item name="investor" label={t('fund.party')}>
            <Input maxLength={1000} />
          </Form.Item>
        )}
        {(kind === 'call' || kind === 'distribution') && (
          <Form.Item name="purpose" label={t('fund.note')}>
            <Select
              allowClear
              options={PURPOSES[kind].map((each) => ({ value: each, label: t(`fund.purposes.${each}`) }))}
            />
          </Form.Item>
        )}
        {kind === 'distribution' && (
          <Form.Item name="recallable" label={t('fund.recallable')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
        {(kind === 'net-value' || kind === 'holding-value') && (
          <Form.Item name="method" label={t('fund.method')} rules={required}>
            <Select options={VALUATIONS.map((each) => ({ value: each, label: t(`fund.methods.${each}`) }))} />
          </Form.Item>
        )}
        <Form.Item name="source" label={t('fund.source')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={1000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Things to invest in, searched by name. */
function HoldingChoice({ page, ...field }: { page: FundPage; value?: string; onChange?: (id: string) => void }) {
  const [typed, setTyped] = useState('');
  const text = useRested(typed, 250);
  const found = useQuery({
    queryKey: ['cluster', 'holdings', text],
    queryFn: ({ signal }) =>
      api.get<ThingPage>('/api/cluster/things', {
        query: { kind: 'enterprise,fund,project', examples: 'yes', limit: 20, text },
        signal,
      }),
    enabled: text !== '',
  });
  const things = text === '' ? Object.values(page.names) : (found.data?.things ?? []);
  return (
    <Select
      {...field}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={found.isFetching}
      options={things.map((thing) => ({ value: thing.id, label: nameOf(thing) }))}
    />
  );
}

interface Preview {
  file: string;
  rows: ImportRow[];
}

/** A file is shown row by row before anything of it is entered. */
function Import({ fund }: { fund: string }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [preview, setPreview] = useState<Preview>();
  const path = `/api/cluster/funds/${fund}/import`;
  const look = useClusterAct(async (chosen: File) => {
    const file = await base64Of(chosen);
    const { rows } = await api.post<{ rows: ImportRow[] }>(path, { file });
    setPreview({ file, rows });
  });
  const enter = useClusterAct(
    (file: string) => api.post(path, { file, commit: true }),
    () => {
      notice.done(t('fund.done'));
      setPreview(undefined);
    },
  );
  const bad = preview?.rows.filter(({ entry }) => entry === null) ?? [];
  const known = preview?.rows.filter((row) => row.known).length ?? 0;
  const good = (preview?.rows.length ?? 0) - bad.length - known;
  return (
    <Panel title={t('fund.importTitle')}>
      <div className="stack">
        <p className="quiet">{t('fund.importAbout')}</p>
        <label className="row">
          <UploadOutlined aria-hidden />
          <span>{t('fund.choose')}</span>
          <input
            type="file"
            accept=".csv,.xlsx"
            onChange={(event) => {
              const [chosen] = event.target.files ?? [];
              if (chosen !== undefined) look.mutate(chosen);
            }}
          />
        </label>
        {preview !== undefined && (
          <>
            <p role="status">{t('fund.importRows', { good, bad: bad.length, known })}</p>
            <DataTable<ImportRow>
              name="import"
              label={t('funds.table', { name: t('fund.importTitle') })}
              rowKey={({ row }) => String(row)}
              source={{ rows: preview.rows }}
              few={20}
              columns={[
                { key: 'row', title: t('fund.row'), value: ({ row }) => row, end: true },
                { key: 'day', title: t('fund.day'), value: ({ entry }) => entry?.day },
                {
                  key: 'kind',
                  title: t('fund.kind'),
                  value: ({ entry }) => entry && t(`fund.kinds.${entry.kind}`),
                  phoneTitle: true,
                },
                { key: 'amount', title: t('fund.amount'), value: ({ entry }) => entry && entry.fen / 100, end: true },
                {
                  key: 'fault',
                  title: t('fund.fault'),
                  value: ({ faults }) => faults.map(({ column, message }) => `${column}: ${message}`).join('; '),
                },
              ]}
            />
            {bad.length === 0 && good > 0 && (
              <div className="row">
                <Button type="primary" loading={enter.isPending} onClick={() => enter.mutate(preview.file)}>
                  {t('fund.importNow', { count: good })}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </Panel>
  );
}
