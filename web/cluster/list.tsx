import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KINDS, type ThingKind, type ThingLine } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues, useSession } from '../shell/index.ts';
import { DataTable, Page, Time, useRested } from '../ui/index.ts';
import { kindOf, listThings, nameOf, useThings } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import { ThingForm } from './thing-forms.tsx';
import './record.css';

/** Everything that the record holds, by kind, place, sector and name. */
export default function ThingList() {
  const { t } = useTranslation('cluster');
  const { values } = useAddressValues();
  const { may } = useSession();
  const [isOpen, setOpen] = useState(false);
  const of = (name: string) => String(values[name] ?? '');
  const asked = {
    kind: of('kind'),
    place: of('place'),
    sector: of('sector'),
    text: of('text'),
    examples: of('examples'),
  };
  const text = useRested(asked.text, 250);
  const order = of('order') === 'changed' ? 'changed' : 'name';
  const query = { ...asked, text, order };
  const mayEnter = may('cluster.edit');
  return (
    <Page
      title={t('record.list')}
      about={t('record.listAbout')}
      trail={<Go to="/cluster">{t('record.title')}</Go>}
      actions={
        mayEnter && (
          <Button icon={<PlusOutlined />} onClick={() => setOpen(true)}>
            {t('record.enter')}
          </Button>
        )
      }
    >
      {isOpen && <ThingForm close={() => setOpen(false)} />}
      <DataTable<ThingLine>
        name="things"
        label={t('record.list')}
        rowKey={({ id }) => id}
        searchable={false}
        filters={<Filters />}
        source={{
          queryKey: ['cluster', 'list', query],
          load: async ({ after, limit }, signal) => {
            const offset = Number(after ?? 0);
            const { things, total } = await listThings({ ...query, limit, offset }, signal);
            const next = offset + things.length;
            return { rows: things, ...(next < total && things.length > 0 && { next: String(next) }) };
          },
        }}
        emptyText={t('record.noneFound')}
        columns={[
          {
            key: 'name',
            title: t('record.name'),
            value: nameOf,
            render: (thing) => <ThingLink thing={thing} />,
            phoneTitle: true,
          },
          { key: 'kind', title: t('record.kind'), value: ({ kind }) => kindOf(kind) },
          {
            key: 'place',
            title: t('record.place'),
            value: ({ place }) => (place === null ? '' : nameOf(place)),
            render: ({ place }) =>
              place === null ? <span className="quiet">{t('record.unknown')}</span> : <ThingLink thing={place} />,
          },
          { key: 'sectors', title: t('record.sector'), value: ({ sectors }) => sectors.join(' · ') },
          { key: 'statements', title: t('record.statements'), value: ({ statements }) => statements, end: true },
          {
            key: 'changed',
            title: t('record.changedAt'),
            value: ({ changedAt }) => changedAt,
            render: ({ changedAt }) => <Time at={changedAt} form="date" />,
          },
          {
            key: 'due',
            title: t('record.dueAt'),
            value: ({ dueAt }) => dueAt,
            render: ({ dueAt }) => <Time at={dueAt} form="date" />,
          },
        ]}
      />
    </Page>
  );
}

function Filters() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const of = (name: string) => String(values[name] ?? '');
  const places = useThings({ kind: 'place', limit: 200 });
  const sectors = useThings({ kind: 'sector', limit: 200 });
  const choice = (name: 'place' | 'sector', found: typeof places) => (
    <Select
      aria-label={t(`record.${name}`)}
      placeholder={t(`record.${name}`)}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      {...(of(name) !== '' && { value: of(name) })}
      onChange={(value?: string) => set({ [name]: value ?? '' })}
      options={(found.data?.things ?? []).map((thing) => ({ value: thing.id, label: nameOf(thing) }))}
    />
  );
  return (
    <>
      <Input
        className="table-search"
        type="search"
        allowClear
        aria-label={t('record.find')}
        placeholder={t('record.find')}
        defaultValue={of('text')}
        maxLength={100}
        onChange={({ target }) => set({ text: target.value.trim() })}
      />
      <Select
        aria-label={t('record.kind')}
        placeholder={t('record.kind')}
        allowClear
        popupMatchSelectWidth={false}
        {...(of('kind') !== '' && { value: of('kind') })}
        onChange={(value?: string) => set({ kind: value ?? '' })}
        options={(Object.keys(KINDS) as ThingKind[]).map((kind) => ({ value: kind, label: kindOf(kind) }))}
      />
      {choice('place', places)}
      {choice('sector', sectors)}
      <label className="row" htmlFor="with-examples">
        <Switch
          id="with-examples"
          size="small"
          checked={of('examples') === 'yes'}
          onChange={(on) => set({ examples: on ? 'yes' : '' })}
        />
        {t('record.withExamples')}
      </label>
    </>
  );
}
