import { LeftOutlined, RightOutlined, SettingOutlined, StopOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Asked,
  type Bookable,
  type BookablePage,
  type BookingDay,
  type BookingSlot,
  writeHours,
} from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues, usePathValue } from '../shell/index.ts';
import { Empty, Facts, Failure, Loading, Page, Panel, showTime, useNotice } from '../ui/index.ts';
import { useBookable } from './booking-ask.ts';
import { BlockForm, TermsForm } from './booking-forms.tsx';
import { Usage } from './booking-usage.tsx';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { send, today, useAct, useAmounts } from './parks-ask.ts';
import './booking.css';
import './parks.css';

/** One thing that can be booked: its week, its terms, and for its holder the desk. */
export default function BookingOne() {
  const id = usePathValue('id');
  const { values } = useAddressValues();
  const from = typeof values['from'] === 'string' ? values['from'] : today();
  const query = useBookable(id, { from, days: '7' });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown page={query.data} from={from} />;
}

function Shown({ page, from }: { page: BookablePage; from: string }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const [open, setOpen] = useState<'terms' | 'block'>();
  const { thing, bookable, isHolder } = page;
  return (
    <Page
      title={named(thing)}
      trail={<Go to="/cluster/booking">{t('booking.title')}</Go>}
      about={
        <span className="row">
          <ExampleTag on={thing.example} />
          {bookable !== null && named({ name: bookable.method, nameZh: bookable.methodZh })}
          <Go to={`/cluster/things/${thing.id}`}>{t('record.thing')}</Go>
        </span>
      }
      actions={
        isHolder && (
          <>
            <Button
              type={bookable === null ? 'primary' : 'default'}
              icon={<SettingOutlined />}
              onClick={() => setOpen('terms')}
            >
              {t(bookable === null ? 'booking.publish' : 'booking.changeTerms')}
            </Button>
            {bookable !== null && (
              <Button icon={<StopOutlined />} onClick={() => setOpen('block')}>
                {t('booking.block')}
              </Button>
            )}
          </>
        )
      }
    >
      {bookable === null ? (
        <Empty title={t('booking.notBookable')}>{isHolder && t('booking.notBookableHolder')}</Empty>
      ) : (
        <div className="stack">
          <Calendar page={page} bookable={bookable} from={from} />
          <Terms bookable={bookable} />
          {isHolder && <Usage thing={thing.id} />}
        </div>
      )}
      {open === 'terms' && <TermsForm thing={thing.id} was={bookable} close={() => setOpen(undefined)} />}
      {open === 'block' && <BlockForm thing={thing.id} close={() => setOpen(undefined)} />}
    </Page>
  );
}

function Terms({ bookable }: { bookable: Bookable }) {
  const { t } = useTranslation('cluster');
  const { yuan } = useAmounts();
  const { hours, slotMinutes, mostSlots, leadHours, aheadDays, cancelHours, approval, training, way } = bookable;
  const { priceFen, pricePer, who, contact, offOnHolidays } = bookable;
  const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => hours.some((each) => each.day === day));
  return (
    <Panel title={t('booking.terms')}>
      <Facts
        facts={[
          [
            t('booking.hours'),
            <div key="hours">
              {days.map((day) => (
                <div key={day}>
                  {t(`booking.weekdays.${day}`)} <span className="numbers">{writeHours(hours, day)}</span>
                </div>
              ))}
            </div>,
          ],
          [t('booking.offOnHolidays'), t(offOnHolidays ? 'booking.offYes' : 'booking.offNo')],
          [t('booking.slot'), way === 'time' && t('booking.minutes', { count: slotMinutes })],
          [t('booking.atMost'), way === 'time' && t('booking.minutes', { count: slotMinutes * mostSlots })],
          [t('booking.lead'), t('booking.inHours', { count: leadHours })],
          [t('booking.ahead'), t('booking.inDays', { count: aheadDays })],
          [t('booking.cancel'), t('booking.before2', { count: cancelHours })],
          [t('booking.approval'), t(approval ? 'booking.byHolder' : 'booking.atOnce')],
          [t('booking.training'), training],
          [
            t('booking.price'),
            priceFen === null
              ? t('booking.noPrice')
              : t(pricePer === 'hour' ? 'booking.perHour' : 'booking.perSample', { price: yuan(priceFen) }),
          ],
          [t('booking.who'), t(`booking.whos.${who}`)],
          [t('booking.contact'), contact],
        ]}
      />
    </Panel>
  );
}

function dayPlus(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

function Calendar({ page, bookable, from }: { page: BookablePage; bookable: Bookable; from: string }) {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const notice = useNotice();
  const [chosen, setChosen] = useState<BookingSlot>();
  const moved = typeof values['move'] === 'string' ? values['move'] : '';
  const stop = () => set({ move: '', revision: '', minutes: '' });
  const move = useAct(
    (slot: BookingSlot) =>
      send.post(`/bookables/${page.thing.id}/bookings/${moved}/time`, {
        from: slot.from,
        to: new Date(Date.parse(slot.from) + Number(values['minutes']) * 60_000).toISOString(),
        revision: Number(values['revision']),
      }),
    () => {
      notice.done(t('booking.moved'));
      stop();
    },
  );
  const mayBook = page.guests.length > 0;
  const choose = (slot: BookingSlot) => (moved === '' ? setChosen(slot) : move.mutate(slot));
  return (
    <Panel
      title={t('booking.week')}
      actions={
        <>
          <Button
            icon={<LeftOutlined />}
            aria-label={t('booking.before')}
            onClick={() => set({ from: dayPlus(from, -7) })}
          />
          <Button onClick={() => set({ from: '' })}>{t('booking.today')}</Button>
          <Button
            icon={<RightOutlined />}
            aria-label={t('booking.after')}
            onClick={() => set({ from: dayPlus(from, 7) })}
          />
        </>
      }
    >
      {!bookable.isOpen && <Alert type="warning" showIcon title={t('booking.notOpen')} />}
      {bookable.isOpen && !mayBook && (
        <Alert type="info" showIcon title={t('booking.notYou', { contact: bookable.contact })} />
      )}
      {page.days.some(({ calendarKnown }) => !calendarKnown) && <p className="quiet">{t('booking.calendarUnknown')}</p>}
      {moved !== '' && (
        <p className="row" role="status">
          {t('booking.moving')}
          <Button size="small" onClick={stop}>
            {t('booking.stopMoving')}
          </Button>
        </p>
      )}
      <Week days={page.days} bookable={bookable} mayBook={mayBook} choose={choose} />
      {chosen !== undefined && (
        <AskForm page={page} bookable={bookable} slot={chosen} close={() => setChosen(undefined)} />
      )}
    </Panel>
  );
}

/** Arrow keys go to the slot before or after, or at the same place of the day beside. */
function stepTo(event: React.KeyboardEvent<HTMLDivElement>): void {
  const here = (event.target as HTMLElement).closest<HTMLElement>('[data-day]');
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (here === null || step === undefined) return;
  const at = (name: string) => Number(here.dataset[name]);
  const [day, place] = [at('day') + step[0]!, at('at') + step[1]!];
  const column = [...event.currentTarget.querySelectorAll<HTMLElement>(`[data-day="${day}"]`)];
  const next =
    step[0] === 0 ? column.find(({ dataset }) => Number(dataset['at']) === place) : (column[place] ?? column.at(-1));
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Week({
  days,
  bookable,
  mayBook,
  choose,
}: {
  days: readonly BookingDay[];
  bookable: Bookable;
  mayBook: boolean;
  choose: (slot: BookingSlot) => void;
}) {
  const { t, i18n } = useTranslation('cluster');
  const [shown, setShown] = useState(0);
  const nameOf = (day: string) =>
    new Intl.DateTimeFormat(i18n.language, {
      weekday: 'short',
      month: 'numeric',
      day: 'numeric',
      timeZone: 'UTC',
    }).format(new Date(day));
  return (
    <>
      <div className="booking-pick no-print">
        {days.map(({ day }, at) => (
          <button key={day} type="button" aria-pressed={at === shown} onClick={() => setShown(at)}>
            {nameOf(day)}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the buttons in it */}
      <div className="booking-week" onKeyDown={stepTo}>
        {days.map((each, at) => (
          <section key={each.day} className="booking-day" data-shown={at === shown} aria-label={nameOf(each.day)}>
            <h3>{nameOf(each.day)}</h3>
            {each.closed !== null && <p className="quiet">{t(`booking.closed.${each.closed}`)}</p>}
            {bookable.way === 'samples' ? (
              <SamplesDay day={each} at={at} mayBook={mayBook} choose={choose} name={nameOf(each.day)} />
            ) : (
              each.slots.map((slot, place) => (
                <Slot
                  key={slot.from}
                  slot={slot}
                  day={nameOf(each.day)}
                  place={[at, place]}
                  mayBook={mayBook}
                  choose={() => choose(slot)}
                />
              ))
            )}
          </section>
        ))}
      </div>
    </>
  );
}

function Slot({
  slot: { from, to, state },
  day,
  place: [column, at],
  mayBook,
  choose,
}: {
  slot: BookingSlot;
  day: string;
  place: readonly [number, number];
  mayBook: boolean;
  choose: () => void;
}) {
  const { t, i18n } = useTranslation('cluster');
  const clock = (moment: string) => showTime(new Date(moment), 'clock', i18n.language);
  const isOpen = mayBook && (state === 'free' || state === 'taken');
  return (
    <button
      type="button"
      className="booking-slot"
      data-state={state}
      data-day={column}
      data-at={at}
      aria-disabled={!isOpen}
      onClick={isOpen ? choose : undefined}
    >
      <span className="unseen">{day}</span>
      <span className="numbers">{clock(from)}</span>
      <span className="unseen">– {clock(to)},</span>
      <span>{t(`booking.slots.${state}`)}</span>
    </button>
  );
}

/** Samples are brought on a day, whatever the hour. */
function SamplesDay({
  day: { slots, samplesLeft },
  at,
  mayBook,
  choose,
  name,
}: {
  day: BookingDay;
  at: number;
  mayBook: boolean;
  choose: (slot: BookingSlot) => void;
  name: string;
}) {
  const { t } = useTranslation('cluster');
  const [first] = slots;
  if (first === undefined) return null;
  const isFull = samplesLeft === 0;
  const state = first.state === 'free' && isFull ? 'taken' : first.state;
  const words =
    first.state !== 'free'
      ? t(`booking.slots.${first.state}`)
      : isFull
        ? t('booking.samplesFull')
        : samplesLeft === null
          ? t('booking.samplesOpen')
          : t('booking.samplesLeft', { count: samplesLeft });
  const isOpen = mayBook && first.state === 'free';
  return (
    <button
      type="button"
      className="booking-slot"
      data-state={state}
      data-day={at}
      data-at={0}
      aria-disabled={!isOpen}
      onClick={isOpen ? () => choose({ ...first, state, to: slots.at(-1)!.to }) : undefined}
    >
      <span className="unseen">{name}</span>
      <span>{words}</span>
    </button>
  );
}

function AskForm({
  page,
  bookable,
  slot,
  close,
}: {
  page: BookablePage;
  bookable: Bookable;
  slot: BookingSlot;
  close: () => void;
}) {
  const { t, i18n } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const [id] = useState(() => crypto.randomUUID());
  const waits = slot.state === 'taken';
  const { way, slotMinutes, contact } = bookable;
  const ask = useAct(
    ({ length, guest, ifTaken, quantity, times, ...rest }: Record<string, unknown>) =>
      send.post<Asked>(`/bookables/${page.thing.id}/bookings`, {
        ...rest,
        ...(quantity !== undefined && { quantity }),
        id,
        from: slot.from,
        to: way === 'samples' ? slot.to : new Date(Date.parse(slot.from) + Number(length) * 60_000).toISOString(),
        guest: guest === SELF ? null : guest,
        times: times ?? 1,
        skipTaken: ifTaken === 'skip' ? 'yes' : 'no',
        wait: waits || ifTaken === 'wait' ? 'yes' : 'no',
      }),
    ({ left }) => {
      const came = waits ? 'waiting' : bookable.approval || bookable.training !== null ? 'asked' : 'approved';
      notice.done(left.length > 0 ? t('booking.doneBut', { count: left.length }) : t(`booking.done.${came}`));
      close();
    },
  );
  const time = showTime(new Date(slot.from), way === 'samples' ? 'date' : 'minute', i18n.language);
  return (
    <FormDialog
      title={t('booking.ask', { time })}
      about={waits ? t('booking.waitAbout') : t('booking.askAbout', { contact })}
      act={t(waits ? 'booking.waitAct' : 'booking.askAct')}
      busy={ask.isPending}
      close={close}
      send={(filled) => ask.mutate(filled)}
      initial={{ length: String(slotMinutes), guest: page.guests[0]?.id ?? SELF, ifTaken: 'refuse', times: 1 }}
      fields={[
        {
          name: 'guest',
          label: t('booking.guest'),
          kind: 'choice',
          needed: true,
          options: page.guests.map((each) =>
            each === null ? { value: SELF, label: t('booking.myself') } : { value: each.id, label: named(each) },
          ),
        },
        ...(way === 'samples'
          ? [{ name: 'quantity', label: t('booking.quantity'), kind: 'number' as const, needed: true, least: 1 }]
          : [
              {
                name: 'length',
                label: t('booking.length'),
                kind: 'choice' as const,
                needed: true,
                options: lengthsFrom(page, bookable, slot).map((minutes) => ({
                  value: String(minutes),
                  label: t('booking.minutes', { count: minutes }),
                })),
              },
            ]),
        { name: 'purpose', label: t('booking.purpose'), kind: 'long', needed: true },
        { name: 'needs', label: t('booking.needs'), kind: 'long', note: t('booking.needsNote') },
        ...(waits
          ? []
          : [
              { name: 'times', label: t('booking.times'), kind: 'number' as const, least: 1 },
              {
                name: 'ifTaken',
                label: t('booking.ifTaken'),
                kind: 'choice' as const,
                needed: true,
                options: [
                  { value: 'refuse', label: t('booking.ifTakenRefuse') },
                  { value: 'skip', label: t('booking.ifTakenSkip') },
                  { value: 'wait', label: t('booking.ifTakenWait') },
                ],
              },
            ]),
      ]}
    />
  );
}

const SELF = 'self';

/** From one slot on as long as what follows is as free as it, without a gap. */
function lengthsFrom({ days }: BookablePage, { mostSlots, slotMinutes }: Bookable, first: BookingSlot): number[] {
  const slots = days.flatMap((day) => day.slots);
  const lengths: number[] = [];
  let at = slots.findIndex(({ from }) => from === first.from);
  let end = first.from;
  while (lengths.length < mostSlots && slots[at]?.from === end && slots[at]?.state === first.state) {
    lengths.push((lengths.length + 1) * slotMinutes);
    end = slots[at]!.to;
    at += 1;
  }
  return lengths.length === 0 ? [slotMinutes] : lengths;
}
