import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type MovementTold,
  type StockHolding,
  type StockItem,
  type StockMovement,
  TOLD_MOVEMENTS,
} from '../../src/modules/signals/model.ts';
import { api } from '../shell/index.ts';
import { DataTable, Panel, useAsk, useNotice } from '../ui/index.ts';
import { named } from './watch-ask.ts';

const LISTED = 100;

/** What was done with a lot: entered here, and taken back by a counter-movement with a reason. */
export function Movements({ items }: { items: readonly StockItem[] }) {
  const { t } = useTranslation('signals');
  return (
    <div className="no-print">
      <Panel title={t('stocks.movements')}>
        <div className="stack">
          <MoveStock items={items} />
          <Past items={items} />
        </div>
      </Panel>
    </div>
  );
}

function useHoldings() {
  return useQuery({
    queryKey: ['signals', 'holdings'],
    queryFn: ({ signal }) => api.get<{ holdings: StockHolding[] }>('/api/signals/stocks/holdings', { signal }),
  });
}

const EMPTY = { site: '', item: '', lot: '', day: '', note: '', expires: '', due: '', to: '' };

function MoveStock({ items }: { items: readonly StockItem[] }) {
  const { t } = useTranslation('signals');
  const queries = useQueryClient();
  const notice = useNotice();
  const holdings = useHoldings().data?.holdings ?? [];
  const [kind, setKind] = useState<MovementTold['kind']>('issued');
  const [given, setGiven] = useState(EMPTY);
  const [quantity, setQuantity] = useState<number | null>(null);
  const put = (name: keyof typeof EMPTY) => (value: string) => setGiven({ ...given, [name]: value });
  const keyOf = ({ organization, site }: Pick<StockHolding, 'organization' | 'site'>) =>
    JSON.stringify([organization, site]);
  const sites = new Map(holdings.map((holding) => [keyOf(holding), holding]));
  const here = sites.get(given.site);
  const target = sites.get(given.to);
  const lots = holdings.filter((each) => keyOf(each) === given.site && each.item === given.item);
  const move = useMutation({
    mutationFn: (body: MovementTold) => api.post('/api/signals/stocks/movements', body),
    onSuccess: () => {
      notice.done(t('stocks.moved'));
      setQuantity(null);
      setGiven({ ...EMPTY, site: given.site, item: given.item });
      void queries.invalidateQueries({ queryKey: ['signals'] });
    },
    onError: notice.failed,
  });
  const needsLot = kind !== 'ordered';
  const isReady =
    here !== undefined &&
    given.item !== '' &&
    quantity !== null &&
    quantity > 0 &&
    (!needsLot || given.lot !== '') &&
    (kind !== 'transferred' || target !== undefined) &&
    (kind !== 'ordered' || given.due !== '');
  const submit = () => {
    if (here === undefined || quantity === null) return;
    const { lot, day, note, expires, due } = given;
    move.mutate({
      kind,
      organization: here.organization,
      site: here.site,
      item: given.item,
      quantity,
      ...(needsLot && { lot }),
      ...(day !== '' && { day }),
      ...(note !== '' && { note }),
      ...(kind === 'received' && expires !== '' && { expires }),
      ...(kind === 'ordered' && { due }),
      ...(kind === 'transferred' &&
        target !== undefined && { to: { organization: target.organization, site: target.site } }),
    });
  };
  const siteOptions = [...sites].map(([value, { name }]) => ({ value, label: name }));
  return (
    <>
      <div className="watch-filters">
        <Field label={t('stocks.movement')}>
          <Select
            aria-label={t('stocks.movement')}
            value={kind}
            onChange={setKind}
            options={TOLD_MOVEMENTS.map((value) => ({ value, label: t(`stocks.told.${value}`) }))}
          />
        </Field>
        <Field label={t('stocks.site')}>
          <Select
            aria-label={t('stocks.site')}
            showSearch={{ optionFilterProp: 'label' }}
            value={given.site || null}
            onChange={put('site')}
            options={siteOptions}
          />
        </Field>
        <Field label={t('stocks.item')}>
          <Select
            aria-label={t('stocks.item')}
            showSearch={{ optionFilterProp: 'label' }}
            value={given.item || null}
            onChange={put('item')}
            options={items.map(({ id, name }) => ({ value: id, label: named(name) }))}
          />
        </Field>
        {needsLot && (
          <Field label={t('stocks.lot')}>
            {kind === 'received' ? (
              <Input
                aria-label={t('stocks.lot')}
                value={given.lot}
                onChange={({ target: { value } }) => put('lot')(value)}
              />
            ) : (
              <Select
                aria-label={t('stocks.lot')}
                value={given.lot || null}
                onChange={put('lot')}
                options={lots.map(({ lot, quantity: held }) => ({ value: lot, label: `${lot} (${held})` }))}
              />
            )}
          </Field>
        )}
        <Field label={t('stocks.quantity')}>
          <InputNumber
            aria-label={t('stocks.quantity')}
            min={1}
            value={quantity}
            onChange={setQuantity}
            style={{ width: '100%' }}
          />
        </Field>
        {kind === 'transferred' && (
          <Field label={t('stocks.to')}>
            <Select
              aria-label={t('stocks.to')}
              showSearch={{ optionFilterProp: 'label' }}
              value={given.to || null}
              onChange={put('to')}
              options={siteOptions.filter(({ value }) => value !== given.site)}
            />
          </Field>
        )}
        {kind === 'ordered' && <Day label={t('stocks.due')} value={given.due} change={put('due')} />}
        {kind === 'received' && <Day label={t('stocks.expires')} value={given.expires} change={put('expires')} />}
        <Day label={t('stocks.day')} value={given.day} change={put('day')} />
        <Field label={t('stocks.note')}>
          <Input
            aria-label={t('stocks.note')}
            maxLength={500}
            value={given.note}
            onChange={({ target: { value } }) => put('note')(value)}
          />
        </Field>
      </div>
      <span className="row">
        <Button type="primary" disabled={!isReady} loading={move.isPending} onClick={submit}>
          {t('stocks.enter')}
        </Button>
        {sites.size === 0 && <span className="quiet">{t('stocks.noSite')}</span>}
      </span>
    </>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="watch-field">
      {label}
      {children}
    </div>
  );
}

function Day({ label, value, change }: { label: string; value: string; change: (day: string) => void }) {
  return (
    <Field label={label}>
      <Input aria-label={label} type="date" value={value} onChange={({ target }) => change(target.value)} />
    </Field>
  );
}

function Past({ items }: { items: readonly StockItem[] }) {
  const { t } = useTranslation('signals');
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const nameOf = (id: string) => {
    const item = items.find((each) => each.id === id);
    return item === undefined ? id : named(item.name);
  };
  const undo = async ({ id }: StockMovement) => {
    const answer = await ask({ title: t('stocks.undoTitle'), act: t('stocks.undo'), reason: true });
    if (answer === undefined) return;
    try {
      await api.post(`/api/signals/stocks/movements/${id}/undo`, { reason: answer.reason });
      await queries.invalidateQueries({ queryKey: ['signals'] });
    } catch (error) {
      notice.failed(error);
    }
  };
  return (
    <DataTable<StockMovement>
      name="movements"
      label={t('stocks.movementTable')}
      rowKey={({ id }) => id}
      emptyText={t('stocks.noMovements')}
      source={{
        queryKey: ['signals', 'movements'],
        load: async (_, signal) => {
          const query = { limit: LISTED };
          const { movements } = await api.get<{ movements: StockMovement[] }>('/api/signals/stocks/movements', {
            query,
            signal,
          });
          return { rows: movements };
        },
      }}
      columns={[
        { key: 'day', title: t('stocks.day'), value: ({ day }) => day, phoneTitle: true },
        { key: 'kind', title: t('stocks.movement'), value: ({ kind }) => t(`stocks.moves.${kind}`) },
        { key: 'site', title: t('stocks.site'), value: ({ site }) => site },
        { key: 'item', title: t('stocks.item'), value: ({ item }) => nameOf(item) },
        { key: 'lot', title: t('stocks.lot'), value: ({ lot }) => lot },
        { key: 'quantity', title: t('stocks.quantity'), value: ({ quantity }) => quantity, end: true },
        { key: 'note', title: t('stocks.note'), value: ({ note }) => note },
        { key: 'by', title: t('stocks.by'), value: ({ byName }) => byName },
        {
          key: 'undo',
          title: t('stocks.undo'),
          value: ({ undone }) => (undone ? t('stocks.undone') : ''),
          render: (movement) =>
            movement.undone || movement.undoes !== null ? (
              movement.undone && t('stocks.undone')
            ) : (
              <Button size="small" onClick={() => void undo(movement)}>
                {t('stocks.undo')}
              </Button>
            ),
        },
      ]}
    />
  );
}
