import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { COUNT_COLUMNS, type CountAnswer, type CountFault } from '../../src/modules/signals/model.ts';
import { api } from '../shell/index.ts';
import { DataTable, Failure, Panel, StatusTag, useNotice } from '../ui/index.ts';

/** A count from a file: looked at first, taken in when nothing is at fault. */
export function TakeCount() {
  const { t } = useTranslation('signals');
  const queries = useQueryClient();
  const notice = useNotice();
  const [csv, setCsv] = useState('');
  const [organization, setOrganization] = useState('');
  const body = { csv, ...(organization !== '' && { organization }) };
  const look = useMutation({
    mutationFn: () => api.put<CountAnswer>('/api/signals/stocks/counts', body, { query: { preview: true } }),
  });
  const keep = useMutation({
    mutationFn: () => api.put<CountAnswer>('/api/signals/stocks/counts', body),
    onSuccess: ({ rows, known }) => {
      notice.done(t('stocks.kept', { count: rows.length, known }));
      setCsv('');
      look.reset();
      void queries.invalidateQueries({ queryKey: ['signals'] });
    },
    onError: notice.failed,
  });
  const change = (text: string) => {
    setCsv(text);
    look.reset();
  };
  const seen = look.data;
  const isSound = seen !== undefined && seen.faults.length === 0 && seen.rows.length + seen.known > 0;
  return (
    <div className="no-print">
      <Panel title={t('stocks.take')}>
        <div className="stack">
          <p className="quiet">{t('stocks.takeAbout', { columns: COUNT_COLUMNS.join(', ') })}</p>
          <input
            type="file"
            accept=".csv,text/csv"
            aria-label={t('stocks.file')}
            style={{ maxWidth: '100%' }}
            onChange={async (event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) change(await file.text());
            }}
          />
          <Input.TextArea
            aria-label={t('stocks.csv')}
            placeholder={COUNT_COLUMNS.join(',')}
            rows={5}
            value={csv}
            onChange={(event) => change(event.target.value)}
          />
          <Input
            aria-label={t('stocks.organization')}
            placeholder={t('stocks.organization')}
            value={organization}
            onChange={(event) => setOrganization(event.target.value.trim())}
          />
          <div className="row">
            <Button disabled={csv.trim() === ''} loading={look.isPending} onClick={() => look.mutate()}>
              {t('stocks.look')}
            </Button>
            <Button type="primary" disabled={!isSound} loading={keep.isPending} onClick={() => keep.mutate()}>
              {t('stocks.keep')}
            </Button>
          </div>
          {look.isError && <Failure error={look.error} />}
          {seen !== undefined && <Seen answer={seen} />}
        </div>
      </Panel>
    </div>
  );
}

function Seen({ answer: { rows, known, faults } }: { answer: CountAnswer }) {
  const { t } = useTranslation('signals');
  if (faults.length > 0)
    return (
      <>
        <StatusTag tone="danger">{t('stocks.faulty', { count: faults.length })}</StatusTag>
        <DataTable<CountFault>
          name="count-faults"
          label={t('stocks.fault')}
          rowKey={({ row, column, code }) => `${row} ${column} ${code}`}
          source={{ rows: faults }}
          searchable={false}
          few={50}
          columns={[
            {
              key: 'row',
              title: t('stocks.row'),
              value: ({ row }) => (row === 0 ? t('stocks.whole') : row),
              phoneTitle: true,
            },
            { key: 'column', title: t('stocks.column'), value: ({ column }) => column },
            { key: 'fault', title: t('stocks.fault'), value: ({ code }) => t(`stocks.faults.${code}`) },
          ]}
        />
      </>
    );
  return (
    <>
      <StatusTag tone="good">{t('stocks.preview', { count: rows.length, known })}</StatusTag>
      <DataTable<CountAnswer['rows'][number]>
        name="count"
        label={t('stocks.csv')}
        rowKey={({ site, item, lot }) => `${site} ${item} ${lot}`}
        source={{ rows }}
        searchable={false}
        few={20}
        columns={[
          { key: 'site', title: t('stocks.site'), value: ({ name }) => name, phoneTitle: true },
          { key: 'item', title: t('stocks.item'), value: ({ item }) => item },
          { key: 'lot', title: t('stocks.lot'), value: ({ lot }) => lot },
          { key: 'quantity', title: t('stocks.quantity'), value: ({ quantity }) => quantity, end: true },
          { key: 'effect', title: t('stocks.effect'), value: ({ effect }) => effect, end: true },
        ]}
      />
    </>
  );
}
