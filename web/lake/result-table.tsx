import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons';
import { type CSSProperties, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface ResultTableProps {
  label: string;
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly unknown[])[];
  heightPx?: number;
}

const ROW_PX = 29;
const SPARE_ROWS = 12;

/** Rows of any columns, thousands of them: only those in sight are drawn. Sorted by a press on a column. */
export function ResultTable({ label, columns, rows, heightPx = 440 }: ResultTableProps) {
  const { t, i18n } = useTranslation('lake');
  const [sort, setSort] = useState<{ at: number; descending: boolean }>();
  const [top, setTop] = useState(0);
  const place = useRef<HTMLElement>(null);
  const sorted = useMemo(() => sortRows(rows, sort), [rows, sort]);
  const first = Math.max(0, Math.floor(top / ROW_PX) - SPARE_ROWS);
  const last = Math.min(sorted.length, first + Math.ceil(heightPx / ROW_PX) + 2 * SPARE_ROWS);
  const isNumber = columns.map(({ type }) => /^(Nullable\()?(U?Int|Float|Decimal|BFloat)/.test(type));

  const press = (at: number) => {
    setSort((before) => (before?.at === at ? { at, descending: !before.descending } : { at, descending: false }));
    place.current?.scrollTo({ top: 0 });
  };
  return (
    <section
      ref={place}
      aria-label={label}
      className="result-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody scrolls here by keyboard
      tabIndex={0}
      style={{ '--height': `${heightPx}px` } as CSSProperties}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table className="result" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" className="nth">
              <span className="unseen">{t('sql.nth')}</span>
            </th>
            {columns.map(({ name, type }, at) => (
              <th
                key={name}
                scope="col"
                className={isNumber[at] ? 'at-end' : ''}
                aria-sort={sort?.at !== at ? 'none' : sort.descending ? 'descending' : 'ascending'}
              >
                <button type="button" title={type} onClick={() => press(at)}>
                  {name}
                  {sort?.at === at &&
                    (sort.descending ? <CaretDownOutlined aria-hidden /> : <CaretUpOutlined aria-hidden />)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Gap rows={first} columns={columns.length + 1} />}
          {sorted.slice(first, last).map((row, nth) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row of an answer has no name but its place
            <tr key={first + nth} aria-rowindex={first + nth + 2} style={{ height: ROW_PX }}>
              <td className="nth">{(first + nth + 1).toLocaleString(i18n.language)}</td>
              {row.map((value, at) => {
                const text = showValue(value);
                return (
                  <td
                    key={columns[at]!.name}
                    className={`${isNumber[at] ? 'at-end' : ''} ${value === null ? 'nothing' : ''}`}
                    title={text.length > 30 ? text : undefined}
                  >
                    {value === null ? '∅' : isNumber[at] ? spaced(text) : text}
                  </td>
                );
              })}
            </tr>
          ))}
          {last < sorted.length && <Gap rows={sorted.length - last} columns={columns.length + 1} />}
        </tbody>
      </table>
    </section>
  );
}

/** Takes the place of rows out of sight. */
function Gap({ rows, columns }: { rows: number; columns: number }) {
  return (
    <tr>
      <td colSpan={columns} style={{ height: rows * ROW_PX, padding: 0, border: 0 }} />
    </tr>
  );
}

/** Digits in threes from ten thousand on: four digits are read at a glance, and years are not amounts. */
function spaced(text: string): string {
  return text.replace(/^-?\d{5,}(?=\.|$)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
}

export function showValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Nothing comes last, whichever way. */
function sortRows(
  rows: ResultTableProps['rows'],
  sort: { at: number; descending: boolean } | undefined,
): ResultTableProps['rows'] {
  if (sort === undefined) return rows;
  const order = new Intl.Collator(undefined, { numeric: true });
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((one, two) => {
    const [a, b] = [one[sort.at], two[sort.at]];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
    return order.compare(showValue(a), showValue(b)) * sign;
  });
}
