import { useTranslation } from 'react-i18next';
import type { Booking, UsageWeek } from '../../src/modules/cluster/model.ts';
import { DataTable, Failure, Loading, Panel, Plot, type PlotOption } from '../ui/index.ts';
import { useUsage } from './booking-ask.ts';
import { useBookingColumns } from './booking-list.tsx';

/** What became of a thing's time, week by week, and the bookings behind it. */
export function Usage({ thing }: { thing: string }) {
  const { t } = useTranslation('cluster');
  const query = useUsage(thing);
  const columns = useBookingColumns();
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { weeks, log, isCut } = query.data;
  const words = {
    used: t('booking.used'),
    booked: t('booking.bookedHours'),
    blocked: t('booking.blockedHours'),
    open: t('booking.openHours'),
  };
  return (
    <Panel title={t('booking.usage')}>
      <Plot
        title={t('booking.usageTitle')}
        option={usageOption(weeks, words)}
        table={{
          columns: [
            t('booking.week'),
            words.open,
            words.used,
            words.booked,
            words.blocked,
            t('booking.noShows'),
            t('booking.lateCancels'),
            t('booking.samples'),
          ],
          rows: weeks.map((each) => [
            each.week,
            ...[each.openMinutes, each.usedMinutes, each.bookedMinutes, each.blockedMinutes].map(inHours),
            each.noShows,
            each.lateCancels,
            each.samples,
          ]),
        }}
        note={t('booking.usageNote')}
      />
      {isCut && <p className="quiet">{t('booking.logCut')}</p>}
      <DataTable<Booking>
        name="booking-log"
        label={t('booking.log')}
        rowKey={({ id }) => id}
        source={{ rows: log }}
        few={10}
        searchable
        columns={columns
          .filter(({ key }) => key !== 'thing')
          .map((column) => ({ ...column, phoneTitle: column.key === 'when' }))}
      />
    </Panel>
  );
}

const inHours = (minutes: number) => Math.round(minutes / 6) / 10;

function usageOption(
  weeks: readonly UsageWeek[],
  words: { used: string; booked: string; blocked: string; open: string },
): PlotOption {
  const bar = (name: string, color: string, of: (week: UsageWeek) => number) => ({
    type: 'bar' as const,
    stack: 'time',
    name,
    color,
    data: weeks.map((week) => inHours(of(week))),
  });
  return {
    tooltip: { trigger: 'axis' },
    legend: { top: 0, type: 'scroll' },
    grid: { left: 8, right: 20, top: 40, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: weeks.map(({ week }) => week) },
    yAxis: { type: 'value', axisLabel: { formatter: '{value} h' } },
    series: [
      bar(words.used, '#009e73', ({ usedMinutes }) => usedMinutes),
      bar(words.booked, '#0072b2', ({ bookedMinutes }) => bookedMinutes),
      bar(words.blocked, '#999999', ({ blockedMinutes }) => blockedMinutes),
      {
        type: 'line',
        name: words.open,
        color: '#d55e00',
        step: 'middle',
        showSymbol: false,
        data: weeks.map(({ openMinutes }) => inHours(openMinutes)),
      },
    ],
  };
}
