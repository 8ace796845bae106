import { Input, Select } from 'antd';
import { useDeferredValue, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { BookableLine } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, useSession } from '../shell/index.ts';
import { DataTable, Page, Panel, Tabs } from '../ui/index.ts';
import { listBookables, useHeld } from './booking-ask.ts';
import { Bookings, CalendarActs } from './booking-list.tsx';
import { ExampleTag } from './example-tag.tsx';
import { Toggle } from './form-dialog.tsx';
import { useAmounts, useThings } from './parks-ask.ts';
import './booking.css';

/** What can be booked, what one has booked, and what is asked of one. */
export default function Booking() {
  const { t } = useTranslation('cluster');
  const [tab, setTab] = useAddressValue('tab', 'find');
  const { may } = useSession();
  const held = useHeld().data?.held ?? [];
  return (
    <Page title={t('booking.title')} about={t('booking.about')} actions={<CalendarActs />}>
      <Tabs
        label={t('booking.title')}
        active={tab}
        choose={setTab}
        tabs={[
          { key: 'find', label: t('booking.find'), content: () => <Find /> },
          { key: 'mine', label: t('booking.mine'), content: () => <Bookings of="mine" /> },
          ...(may('cluster.booking.hold') || held.length > 0
            ? [{ key: 'desk', label: t('booking.desk'), content: () => <Desk /> }]
            : []),
          ...(may('cluster.policy.decide')
            ? [{ key: 'all', label: t('booking.all'), content: () => <Bookings of="all" /> }]
            : []),
        ]}
      />
    </Page>
  );
}

function Find() {
  const { t } = useTranslation('cluster');
  const { named, yuan, number } = useAmounts();
  const day = useId();
  const [text, setText] = useAddressValue('text');
  const [place, setPlace] = useAddressValue('place');
  const [free, setFree] = useAddressValue('free');
  const [examples, setExamples] = useAddressValue('examples');
  const shown = useHeld().data?.examples ?? false;
  const words = useDeferredValue(text);
  const places = [...(useThings('place').data?.things ?? []), ...(useThings('park').data?.things ?? [])];
  const query = {
    ...(words !== '' && { text: words }),
    ...(place !== '' && { place }),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(free) && { free }),
    ...(examples !== '' && { examples }),
  };
  const methodOf = ({ method, methodZh }: BookableLine) => named({ name: method, nameZh: methodZh });
  const priceOf = ({ priceFen, pricePer }: BookableLine) =>
    priceFen === null
      ? t('booking.noPrice')
      : t(pricePer === 'hour' ? 'booking.perHour' : 'booking.perSample', { price: yuan(priceFen) });
  return (
    <DataTable<BookableLine>
      name="bookables"
      label={t('booking.find')}
      searchable={false}
      rowKey={({ thing }) => thing.id}
      emptyText={t('booking.none')}
      filters={
        <>
          <Input
            aria-label={t('booking.search')}
            placeholder={t('booking.search')}
            value={text}
            onChange={({ target }) => setText(target.value)}
            style={{ width: 200 }}
            maxLength={100}
            allowClear
          />
          <Select
            aria-label={t('booking.place')}
            value={place}
            onChange={setPlace}
            style={{ minWidth: 150 }}
            showSearch={{ optionFilterProp: 'label' }}
            options={[
              { value: '', label: t('booking.anyPlace') },
              ...places.map((each) => ({ value: each.id, label: named(each) })),
            ]}
          />
          <span className="row">
            <label htmlFor={day}>{t('booking.freeOn')}</label>
            <Input
              id={day}
              type="date"
              value={free}
              onChange={({ target }) => setFree(target.value)}
              style={{ width: 150 }}
            />
          </span>
          <Toggle
            label={t('parks.withExamples')}
            on={examples === '' ? shown : examples === 'yes'}
            set={(on) => setExamples(on ? 'yes' : 'no')}
          />
        </>
      }
      source={{
        queryKey: ['cluster', 'bookables', query],
        load: async ({ after }, signal) => {
          const { bookables, next } = await listBookables({ ...query, after }, signal);
          return { rows: bookables, next: next ?? undefined };
        },
      }}
      columns={[
        {
          key: 'thing',
          title: t('booking.thing'),
          value: ({ thing }) => named(thing),
          render: ({ thing }) => (
            <span className="row">
              <Go to={`/cluster/booking/${thing.id}${free === '' ? '' : `?from=${free}`}`}>{named(thing)}</Go>
              <ExampleTag on={thing.example} />
            </span>
          ),
          phoneTitle: true,
        },
        { key: 'method', title: t('booking.method'), value: methodOf },
        { key: 'where', title: t('booking.where'), value: ({ placeName }) => placeName ?? t('parks.unknown') },
        { key: 'way', title: t('booking.way'), value: ({ way }) => t(`booking.ways.${way}`) },
        { key: 'price', title: t('booking.price'), value: priceOf },
        { key: 'who', title: t('booking.who'), value: ({ who }) => t(`booking.whos.${who}`) },
        ...(free === ''
          ? []
          : [
              {
                key: 'free',
                title: t('booking.freeSlots'),
                end: true,
                value: ({ freeSlots }: BookableLine) => (freeSlots === null ? '' : number(freeSlots)),
              },
            ]),
      ]}
    />
  );
}

function Desk() {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const held = useHeld().data?.held ?? [];
  return (
    <div className="stack">
      <Bookings of="desk" />
      <Panel title={t('booking.published')}>
        <p className="quiet">{t('booking.publishedAbout')}</p>
        <ul className="relay-list">
          {held.map((thing) => (
            <li key={thing.id}>
              <span className="row">
                <Go to={`/cluster/booking/${thing.id}`}>{named(thing)}</Go>
                <ExampleTag on={thing.example} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
