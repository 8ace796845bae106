import { Button, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey, OrderPage } from '../../src/modules/exchange/model.ts';
import { DataTable, Field, Panel, Plot, StatusTag, Time, useNotice } from '../ui/index.ts';
import { useMoney } from './offering-ask.ts';
import { trade, useOrderAct } from './trade-ask.ts';

/** Calls by machines: keys, quotas, what was used. */
export function OrderCalls({ page }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const { order, side, quota, charge, days } = page;
  const money = useMoney();
  const isByUse = order.price.kind !== 'flat' && order.price.kind !== 'free-research';
  return (
    <Panel title={t('order.calls')}>
      <div className="stack">
        <p className="quiet trade-hash">{t('order.callsAbout', { path: `/api/exchange/data/${order.offering}` })}</p>
        <Bar label={t('order.quotaMinute')} value={quota.callsThisMinute} most={quota.callsAMinute} />
        <Bar label={t('order.quotaMonth')} value={quota.callsThisMonth} most={quota.callsAMonth} />
        {isByUse && <Bar label={t('order.quotaBudget')} value={charge} most={order.deposit} show={money} />}
        {side !== 'buyer' && <QuotaForm page={page} />}
        {side === 'buyer' && <Keys page={page} />}
        {side === 'buyer' && order.price.kind === 'revenue-share' && <Declare page={page} />}
        {days.length > 0 && (
          <Plot
            title={t('order.usage')}
            heightPx={200}
            option={{
              tooltip: { trigger: 'axis' },
              grid: { left: 8, right: 12, top: 12, bottom: 8, containLabel: true },
              xAxis: { type: 'category', data: days.map(({ day }) => day) },
              yAxis: { type: 'value', minInterval: 1 },
              series: [{ type: 'bar', data: days.map(({ calls }) => calls), color: '#0072b2', barMaxWidth: 22 }],
            }}
            table={{
              columns: [t('order.at'), t('order.calls'), t('order.usageRows')],
              rows: days.map(({ day, calls, rows }) => [day, calls, rows]),
            }}
          />
        )}
      </div>
    </Panel>
  );
}

function Bar(props: { label: string; value: number; most: number; show?: (value: number) => string }) {
  const { label, value, most, show = String } = props;
  return (
    <div className="trade-bar">
      <span>
        {label}: {show(value)} / {show(most)}
      </span>
      <progress aria-label={label} value={Math.min(value, most)} max={Math.max(1, most)} />
    </div>
  );
}

function QuotaForm({ page: { order, quota } }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const [minute, setMinute] = useState(quota.callsAMinute);
  const [month, setMonth] = useState(quota.callsAMonth);
  const act = useOrderAct(() => trade.quota(order.id, { callsAMinute: minute, callsAMonth: month }));
  return (
    <div className="trade-form no-print">
      <Field label={t('order.perMinute')}>
        {(id) => (
          <InputNumber id={id} min={1} precision={0} value={minute} onChange={(value) => setMinute(value ?? 1)} />
        )}
      </Field>
      <Field label={t('order.perMonth')}>
        {(id) => <InputNumber id={id} min={1} precision={0} value={month} onChange={(value) => setMonth(value ?? 1)} />}
      </Field>
      <Button loading={act.isPending} onClick={() => act.mutate(undefined)}>
        {t('order.quotaSet')}
      </Button>
    </div>
  );
}

function Declare({ page: { order } }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const [yuan, setYuan] = useState(order.declared / 100);
  const act = useOrderAct(() => trade.declare(order, Math.round(yuan * 100)));
  return (
    <div className="trade-form no-print">
      <Field label={t('order.declared')}>
        {(id) => (
          <InputNumber
            id={id}
            min={order.declared / 100}
            precision={2}
            value={yuan}
            onChange={(value) => setYuan(value ?? 0)}
          />
        )}
      </Field>
      <Button loading={act.isPending} onClick={() => act.mutate(undefined)}>
        {t('order.declare')}
      </Button>
    </div>
  );
}

function Keys({ page }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const notice = useNotice();
  const { order } = page;
  const [name, setName] = useState('');
  const [made, setMade] = useState<string>();
  const [keys, setKeys] = useState<readonly ApiKey[]>(page.keys);
  const make = async () => {
    try {
      const answer = await trade.makeKey(order.id, name);
      setMade(answer.key);
      setKeys(answer.keys);
      setName('');
    } catch (error) {
      notice.failed(error);
    }
  };
  const stop = async (key: string) => {
    try {
      setKeys((await trade.endKey(order.id, key)).keys);
    } catch (error) {
      notice.failed(error);
    }
  };
  return (
    <div className="stack no-print">
      {made !== undefined && (
        <p role="status">
          {t('order.keyOnce')} <code className="trade-hash">{made}</code>
        </p>
      )}
      <div className="trade-form">
        <Field label={t('order.keyName')}>
          {(id) => <Input id={id} value={name} maxLength={100} onChange={({ target }) => setName(target.value)} />}
        </Field>
        <Button disabled={name.trim() === ''} onClick={make}>
          {t('order.makeKey')}
        </Button>
      </div>
      <DataTable<ApiKey>
        name="keys"
        label={t('order.keys')}
        emptyText={t('order.noKeys')}
        rowKey={({ id }) => id}
        source={{ rows: keys }}
        columns={[
          { key: 'name', title: t('order.keyName'), value: (row) => row.name, phoneTitle: true },
          {
            key: 'start',
            title: t('order.keyStart'),
            value: ({ start }) => start,
            render: ({ start }) => <code>{start}…</code>,
          },
          {
            key: 'used',
            title: t('order.keyUsed'),
            value: ({ usedAt }) => usedAt ?? '',
            render: ({ usedAt }) => <Time at={usedAt} />,
          },
          {
            key: 'state',
            title: t('order.state'),
            value: ({ endedAt }) => t(endedAt === null ? 'order.keyValid' : 'order.keyEnded'),
            render: ({ id, endedAt }) =>
              endedAt === null ? (
                <span className="row">
                  <StatusTag tone="good">{t('order.keyValid')}</StatusTag>
                  <Button size="small" danger onClick={() => stop(id)}>
                    {t('order.endKey')}
                  </Button>
                </span>
              ) : (
                <StatusTag>{t('order.keyEnded')}</StatusTag>
              ),
          },
        ]}
      />
    </div>
  );
}
