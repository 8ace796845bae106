import { dayOfYear, type FeelDate, FeelDateTime, weekdayOf, weekOfYear } from '../temporal.ts';
import { define } from './define.ts';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const TIMES = [
  define('now', ['', (_, act) => act.now]),
  define('today', ['', (_, act) => act.now.date]),
  define('day of year', ['date: date|moment', ([date]) => dayOfYear(dateOf(date))]),
  define('day of week', ['date: date|moment', ([date]) => DAYS[weekdayOf(dateOf(date)) - 1]]),
  define('month of year', ['date: date|moment', ([date]) => MONTHS[dateOf(date).month - 1]]),
  define('week of year', ['date: date|moment', ([date]) => weekOfYear(dateOf(date))]),
];

function dateOf(value: FeelDate | FeelDateTime): FeelDate {
  return value instanceof FeelDateTime ? value.date : value;
}
