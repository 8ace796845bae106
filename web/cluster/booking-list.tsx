import { CalendarOutlined, LinkOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Booking, BookingState } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, StatusTag, save, showTime, Time, useNotice } from '../ui/index.ts';
import { BOOKING_TONES, bookingCalendar, listBookings } from './booking-ask.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog, Toggle } from './form-dialog.tsx';
import { send, useAct, useAmounts } from './parks-ask.ts';
import './parks.css';

/** Bookings, the next first, with what can be done with each. */
export function Bookings({ of }: { of: 'mine' | 'desk' | 'all' }) {
  const { t } = useTranslation('cluster');
  const [past, setPast] = useAddressValue('past');
  const columns = useBookingColumns();
  return (
    <DataTable<Booking>
      name={`bookings-${of}`}
      label={t(`booking.${of}`)}
      searchable={false}
      rowKey={({ id }) => id}
      emptyText={t(of === 'mine' ? 'booking.noMine' : 'booking.noDesk')}
      filters={<Toggle label={t('booking.past')} on={past === 'yes'} set={(on) => setPast(on ? 'yes' : '')} />}
      source={{
        queryKey: ['cluster', 'bookings', of, past],
        load: async ({ after }, signal) => {
          const { bookings, next } = await listBookings({ of, after, ...(past !== '' && { past }) }, signal);
          return { rows: bookings, next: next ?? undefined };
        },
      }}
      columns={[
        ...columns,
        {
          key: 'acts',
          title: t('booking.acts'),
          value: ({ next }) => next.map((state) => t(`booking.steps.${state}`)).join(', '),
          render: (booking) => <Acts booking={booking} />,
        },
      ]}
    />
  );
}

/** What is told of a booking, in a list of them or in the log. */
export function useBookingColumns() {
  const { t, i18n } = useTranslation('cluster');
  const { named } = useAmounts();
  const guestOf = ({ guest, guestName }: Booking) => (guest === null ? guestName : named(guest));
  return [
    {
      key: 'thing',
      title: t('booking.thing'),
      value: ({ thing }: Booking) => named(thing),
      render: ({ thing }: Booking) => (
        <span className="row">
          <Go to={`/cluster/booking/${thing.id}`}>{named(thing)}</Go>
          <ExampleTag on={thing.example} />
        </span>
      ),
      phoneTitle: true,
    },
    {
      key: 'when',
      title: t('booking.when'),
      value: ({ from, to }: Booking) => `${from}/${to}`,
      render: ({ from, to, way }: Booking) => (
        <span className="numbers">
          {way === 'samples' ? (
            <Time at={from} form="date" />
          ) : (
            <>
              {showTime(new Date(from), 'minute', i18n.language)} – {endOf(from, to, i18n.language)}
            </>
          )}
        </span>
      ),
    },
    {
      key: 'state',
      title: t('booking.state'),
      value: ({ state }: Booking) => t(`booking.states.${state}`),
      render: ({ state, isLate, lacksTraining }: Booking) => (
        <span className="row">
          <StatusTag tone={BOOKING_TONES[state]}>{t(`booking.states.${state}`)}</StatusTag>
          {isLate && <StatusTag tone="warning">{t('booking.late')}</StatusTag>}
          {lacksTraining && state === 'asked' && <StatusTag tone="info">{t('booking.lacksTraining')}</StatusTag>}
        </span>
      ),
    },
    { key: 'guest', title: t('booking.guest'), value: guestOf },
    {
      key: 'purpose',
      title: t('booking.purpose'),
      value: ({ purpose }: Booking) => purpose,
      render: ({ purpose, needs, quantity, moves }: Booking) => (
        <div>
          {purpose}
          {quantity !== null && (
            <div className="quiet">
              {t('booking.quantity')}: {quantity}
            </div>
          )}
          {needs !== null && (
            <div className="quiet">
              {t('booking.needs')}: {needs}
            </div>
          )}
          {moves.length > 1 && (
            <details className="no-print">
              <summary>{t('booking.course')}</summary>
              <ol className="booking-course">
                {moves.map(({ n, state, at, by, reason }) => (
                  <li key={n}>
                    <Time at={at} form="minute" /> {t(`booking.states.${state}`)} · {by}
                    {reason !== null && ` · ${reason}`}
                  </li>
                ))}
              </ol>
            </details>
          )}
        </div>
      ),
    },
  ];
}

/** Of the same day the clock only. */
function endOf(from: string, to: string, language: string): string {
  const [one, two] = [from, to].map((at) => showTime(new Date(at), 'date', language));
  return showTime(new Date(to), one === two ? 'clock' : 'minute', language);
}

const NEEDS_REASON: readonly BookingState[] = ['declined', 'cancelled'];

function Acts({ booking }: { booking: Booking }) {
  const { t } = useTranslation('cluster');
  const [to, setTo] = useState<BookingState>();
  const { id, thing, next, revision, series, lacksTraining, mayMove, from, state } = booking;
  const move = useAct(
    (body: object) => send.post(`/bookables/${thing.id}/bookings/${id}`, { ...body, state: to, revision }),
    () => setTo(undefined),
  );
  const wordOf = (step: BookingState) =>
    t(step === 'approved' && state !== 'asked' ? 'booking.takeBack' : `booking.steps.${step}`);
  const length = Date.parse(booking.to) - Date.parse(from);
  return (
    <span className="row no-print">
      {next.map((step, at) => (
        <Button
          key={step}
          size="small"
          type={at === 0 && step !== 'cancelled' ? 'primary' : 'default'}
          onClick={() => setTo(step)}
        >
          {wordOf(step)}
        </Button>
      ))}
      {mayMove && (
        <Go
          to={`/cluster/booking/${thing.id}?move=${id}&revision=${revision}&minutes=${length / 60_000}&from=${from.slice(0, 10)}`}
        >
          {t('booking.changeTime')}
        </Go>
      )}
      {to !== undefined && (
        <FormDialog
          title={wordOf(to)}
          act={wordOf(to)}
          busy={move.isPending}
          close={() => setTo(undefined)}
          send={(filled) => move.mutate(filled)}
          initial={{ series: 'no' }}
          fields={[
            {
              name: 'reason',
              label: t('booking.reason'),
              kind: 'long',
              needed: NEEDS_REASON.includes(to) && !mayMove && state !== 'waiting',
            },
            ...(to === 'approved' && lacksTraining
              ? [
                  {
                    name: 'trained',
                    label: t('booking.trained'),
                    kind: 'choice' as const,
                    needed: true,
                    note: t('booking.trainedNote'),
                    options: [{ value: 'yes', label: t('booking.yes') }],
                  },
                ]
              : []),
            ...(series === null
              ? []
              : [
                  {
                    name: 'series',
                    label: t('booking.series'),
                    kind: 'choice' as const,
                    needed: true,
                    options: [
                      { value: 'no', label: t('booking.seriesOne') },
                      { value: 'yes', label: t('booking.seriesAll') },
                    ],
                  },
                ]),
          ]}
        />
      )}
    </span>
  );
}

/** One's bookings for a calendar program: as a file, or at an address of its own. */
export function CalendarActs() {
  const { t } = useTranslation(['cluster', 'ui']);
  const notice = useNotice();
  const [path, setPath] = useState<string>();
  const file = useMutation({
    mutationFn: bookingCalendar,
    onSuccess: (content) => save('bookings.ics', content),
    onError: notice.failed,
  });
  const feed = useMutation({
    mutationFn: () => send.post<{ path: string }>('/bookings/feed'),
    onSuccess: (made) => setPath(made.path),
    onError: notice.failed,
  });
  return (
    <>
      <Button icon={<CalendarOutlined />} loading={file.isPending} onClick={() => file.mutate()}>
        {t('booking.calendarFile')}
      </Button>
      <Button icon={<LinkOutlined />} loading={feed.isPending} onClick={() => feed.mutate()}>
        {t('booking.subscribe')}
      </Button>
      <Modal open={path !== undefined} title={t('booking.subscribe')} footer={null} onCancel={() => setPath(undefined)}>
        <p className="quiet">{t('booking.subscribeAbout')}</p>
        <Input
          readOnly
          aria-label={t('booking.subscribe')}
          value={`${location.origin}${path ?? ''}`}
          onFocus={({ target }) => target.select()}
        />
      </Modal>
    </>
  );
}
