import { useTranslation } from 'react-i18next';
import {
  BOOKING_GUESTS,
  BOOKING_WAYS,
  type Bookable,
  PRICE_UNITS,
  readHours,
  writeHours,
} from '../../src/modules/cluster/model.ts';
import { useNotice } from '../ui/index.ts';
import { type FieldSpec, type Filled, FormDialog } from './form-dialog.tsx';
import { send, useAct, useAmounts, useThings } from './parks-ask.ts';

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const USUAL = {
  way: 'time',
  offOnHolidays: 'yes',
  slotMinutes: 60,
  mostSlots: 4,
  leadHours: 24,
  aheadDays: 60,
  cancelHours: 24,
  approval: 'yes',
  who: 'anyone',
  isOpen: 'yes',
};

/** On what terms a thing is booked. */
export function TermsForm({ thing, was, close }: { thing: string; was: Bookable | null; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const parks = useThings('park').data?.things ?? [];
  const firms = useThings('enterprise').data?.things ?? [];
  const publish = useAct((body: object) => send.put(`/bookables/${thing}`, body), close);
  const yesNo = [
    { value: 'yes', label: t('booking.yes') },
    { value: 'no', label: t('booking.no') },
  ];
  const initial: Filled =
    was === null
      ? { ...USUAL, ...Object.fromEntries([1, 2, 3, 4, 5].map((day) => [`day${day}`, '09:00-17:00'])) }
      : {
          ...was,
          ...Object.fromEntries(WEEK.map((day) => [`day${day}`, writeHours(was.hours, day)])),
          offOnHolidays: was.offOnHolidays ? 'yes' : 'no',
          approval: was.approval ? 'yes' : 'no',
          isOpen: was.isOpen ? 'yes' : 'no',
        };
  const sendTerms = (filled: Filled) => {
    const hours = WEEK.map((day) => {
      const text = filled[`day${day}`];
      return readHours(typeof text === 'string' ? text : '')?.map((each) => ({ day, ...each }));
    });
    if (hours.some((each) => each === undefined)) {
      notice.failed(new Error(t('booking.hoursWrong')));
      return;
    }
    const rest = Object.fromEntries(Object.entries(filled).filter(([name]) => !/^day\d$/.test(name)));
    publish.mutate({
      ...rest,
      hours: hours.flat(),
      named: filled['who'] === 'anyone' ? [] : (filled['named'] ?? []),
      pricePer: filled['priceFen'] === null ? null : filled['pricePer'],
      revision: was?.revision ?? null,
    });
  };
  const whole = (name: string): FieldSpec => ({ name, label: t(`booking.${name}`), kind: 'number', needed: true });
  return (
    <FormDialog
      title={t(was === null ? 'booking.publish' : 'booking.changeTerms')}
      about={t('booking.publishAbout')}
      act={t('booking.publishAct')}
      busy={publish.isPending}
      close={close}
      initial={initial}
      send={sendTerms}
      fields={[
        {
          name: 'way',
          label: t('booking.way'),
          kind: 'choice',
          needed: true,
          options: BOOKING_WAYS.map((value) => ({ value, label: t(`booking.ways.${value}`) })),
        },
        { name: 'isOpen', label: t('booking.isOpen'), kind: 'choice', needed: true, options: yesNo },
        { name: 'method', label: t('booking.method'), kind: 'long', needed: true },
        { name: 'methodZh', label: t('booking.methodZh'), kind: 'long' },
        ...WEEK.map((day) => ({
          name: `day${day}`,
          label: t('booking.hoursOf', { day: t(`booking.weekdays.${day}`) }),
          ...(day === 1 && { note: t('booking.hoursNote') }),
        })),
        {
          name: 'offOnHolidays',
          label: t('booking.offOnHolidays'),
          kind: 'choice',
          needed: true,
          options: [
            { value: 'yes', label: t('booking.offYes') },
            { value: 'no', label: t('booking.offNo') },
          ],
        },
        ...['slotMinutes', 'mostSlots'].map(whole),
        { name: 'samplesADay', label: t('booking.samplesADay'), kind: 'number', least: 1 },
        ...['leadHours', 'aheadDays', 'cancelHours'].map(whole),
        {
          name: 'approval',
          label: t('booking.approval'),
          kind: 'choice',
          needed: true,
          options: [
            { value: 'yes', label: t('booking.byHolder') },
            { value: 'no', label: t('booking.atOnce') },
          ],
        },
        { name: 'training', label: t('booking.training'), kind: 'long' },
        { name: 'priceFen', label: t('booking.priceYuan'), kind: 'yuan' },
        {
          name: 'pricePer',
          label: t('booking.pricePer'),
          kind: 'choice',
          options: PRICE_UNITS.map((value) => ({ value, label: t(`booking.units.${value}`) })),
        },
        {
          name: 'who',
          label: t('booking.who'),
          kind: 'choice',
          needed: true,
          options: BOOKING_GUESTS.map((value) => ({ value, label: t(`booking.whos.${value}`) })),
        },
        {
          name: 'named',
          label: t('booking.named'),
          kind: 'choices',
          options: [...parks, ...firms].map((each) => ({ value: each.id, label: named(each) })),
        },
        { name: 'contact', label: t('booking.contact'), needed: true },
      ]}
    />
  );
}

/** Days or hours in which nothing is booked. */
export function BlockForm({ thing, close }: { thing: string; close: () => void }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const block = useAct(async ({ from, to, hours, reason }: Filled) => {
    const days = daysOf(String(from), String(to));
    const spans = readHours(typeof hours === 'string' ? hours : '');
    if (days.length === 0 || spans === undefined) throw new Error(t('booking.hoursWrong'));
    const times =
      spans.length === 0
        ? [{ from: momentOf(days[0]!, 0), to: momentOf(days.at(-1)!, 1_440) }]
        : days.flatMap((day) => spans.map((span) => ({ from: momentOf(day, span.from), to: momentOf(day, span.to) })));
    for (const time of times) await send.post(`/bookables/${thing}/blocks`, { ...time, reason });
    notice.done(t('booking.states.blocked'));
  }, close);
  return (
    <FormDialog
      title={t('booking.block')}
      about={t('booking.blockAbout')}
      act={t('booking.block')}
      busy={block.isPending}
      close={close}
      send={(filled) => block.mutate(filled)}
      fields={[
        { name: 'from', label: t('booking.blockFrom'), kind: 'date', needed: true },
        { name: 'to', label: t('booking.blockTo'), kind: 'date', needed: true },
        { name: 'hours', label: t('booking.blockHours'), note: t('booking.blockHoursNote') },
        { name: 'reason', label: t('booking.reason'), kind: 'long', needed: true },
      ]}
    />
  );
}

const MOST_DAYS = 90;

function daysOf(from: string, to: string): string[] {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  if (!(count >= 1 && count <= MOST_DAYS)) return [];
  return Array.from({ length: count }, (_, at) =>
    new Date(Date.parse(from) + at * 86_400_000).toISOString().slice(0, 10),
  );
}

/** A minute of a day of the region. */
function momentOf(day: string, minute: number): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + minute * 60_000).toISOString();
}
