import {
  CaretDownOutlined,
  CaretUpOutlined,
  DownloadOutlined,
  ReloadOutlined,
  SearchOutlined,
} from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Input, Tooltip } from 'antd';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Cell, saveCsv } from './csv.ts';
import { useNotice } from './notice.tsx';
import { Scroller } from './page.tsx';
import { Empty, Failure, Loading } from './states.tsx';
import { showTime } from './time-format.ts';

export interface Column<Row> {
  key: string;
  title: string;
  /** The plain value: it is exported, sorted by when the rows are local, and shown when there is no `render`. */
  value: (row: Row) => Cell;
  render?: (row: Row) => ReactNode;
  sortable?: boolean;
  /** Numbers stand at the end of their cell. */
  end?: boolean;
  /** On a phone a row is a card: its title has no label. */
  phoneTitle?: boolean;
}

export interface Sort {
  key: string;
  descending: boolean;
}

/** What the table asks of its source. `after` is the `next` of the page before. */
export interface Ask {
  search: string;
  sort: Sort | undefined;
  after: string | undefined;
  limit: number;
}

export interface Slice<Row> {
  rows: readonly Row[];
  next?: string | undefined;
}

interface DataTableProps<Row> {
  /** Names the exported file. */
  name: string;
  label: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Where the rows come from: page by page from the server, or all at once. */
  source:
    | { queryKey: readonly unknown[]; load: (ask: Ask, signal: AbortSignal) => Promise<Slice<Row>> }
    | { rows: readonly Row[] };
  searchable?: boolean;
  sort?: Sort;
  filters?: ReactNode;
  emptyText?: string;
  /** Of local rows, how many are shown before somebody asks for more; all are searched, sorted and exported. */
  few?: number;
}

const PAGE_ROWS = 50;
const EXPORT_ROWS = 10_000;

/** A list of anything: search, sort, more, export; and the three states a list can be in besides full. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  return 'rows' in props.source ? (
    <LocalTable {...props} rows={props.source.rows} />
  ) : (
    <ServerTable {...props} {...props.source} />
  );
}

function ServerTable<Row>(
  props: DataTableProps<Row> & {
    queryKey: readonly unknown[];
    load: (ask: Ask, signal: AbortSignal) => Promise<Slice<Row>>;
  },
) {
  const { load, queryKey, columns, name } = props;
  const { t } = useTranslation('ui');
  const notice = useNotice();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed).trim();
  const [sort, setSort] = useState(props.sort);
  const [exporting, setExporting] = useState(false);
  const query = useInfiniteQuery({
    queryKey: [...queryKey, search, sort],
    queryFn: ({ pageParam, signal }) => load({ search, sort, after: pageParam, limit: PAGE_ROWS }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];

  /** Reads on from the start to the bound, so that the file holds more than what happens to be on screen. */
  const exportAll = async () => {
    setExporting(true);
    try {
      const all: Row[] = [];
      let after: string | undefined;
      do {
        const page = await load({ search, sort, after, limit: 500 }, AbortSignal.timeout(120_000));
        all.push(...page.rows);
        after = page.next;
      } while (after !== undefined && all.length < EXPORT_ROWS);
      const kept = all.slice(0, EXPORT_ROWS);
      saveRows(name, columns, kept);
      notice.done(t(after === undefined ? 'exported' : 'exportedCut', { count: kept.length }));
    } catch (error) {
      notice.failed(error);
    } finally {
      setExporting(false);
    }
  };

  return (
    <Frame
      {...props}
      rows={rows}
      typed={typed}
      setTyped={setTyped}
      sort={sort}
      setSort={setSort}
      exportAll={exportAll}
      exporting={exporting}
      refresh={() => query.refetch()}
      refreshing={query.isFetching}
      state={query.isPending ? 'loading' : query.isError ? 'failed' : 'full'}
      error={query.error}
      more={query.hasNextPage ? () => query.fetchNextPage() : undefined}
      loadingMore={query.isFetchingNextPage}
    />
  );
}

function LocalTable<Row>(props: DataTableProps<Row> & { rows: readonly Row[] }) {
  const { columns, name } = props;
  const { t, i18n } = useTranslation('ui');
  const notice = useNotice();
  const [typed, setTyped] = useState('');
  const [sort, setSort] = useState(props.sort);
  const needle = useDeferredValue(typed).trim().toLowerCase();
  let rows = [...props.rows];
  if (needle !== '') {
    rows = rows.filter((row) =>
      columns.some((column) =>
        String(column.value(row) ?? '')
          .toLowerCase()
          .includes(needle),
      ),
    );
  }
  const [isAll, setAll] = useState(false);
  const by = columns.find((column) => column.key === sort?.key);
  if (by !== undefined && sort !== undefined) {
    const order = new Intl.Collator(i18n.language, { numeric: true });
    rows.sort((one, two) => compare(by.value(one), by.value(two), order) * (sort.descending ? -1 : 1));
  }
  const shown = isAll ? rows : rows.slice(0, props.few);
  return (
    <Frame
      {...props}
      rows={shown}
      typed={typed}
      setTyped={setTyped}
      sort={sort}
      setSort={setSort}
      exportAll={() => {
        saveRows(name, columns, rows);
        notice.done(t('exported', { count: rows.length }));
      }}
      exporting={false}
      state="full"
      error={undefined}
      more={shown.length < rows.length ? () => setAll(true) : undefined}
      loadingMore={false}
    />
  );
}

interface FrameProps<Row> extends Omit<DataTableProps<Row>, 'sort' | 'source'> {
  rows: readonly Row[];
  typed: string;
  setTyped: (text: string) => void;
  sort: Sort | undefined;
  setSort: (sort: Sort | undefined) => void;
  exportAll: () => void;
  exporting: boolean;
  refresh?: () => void;
  refreshing?: boolean;
  state: 'loading' | 'failed' | 'full';
  error: unknown;
  more: (() => void) | undefined;
  loadingMore: boolean;
}

function Frame<Row>(props: FrameProps<Row>) {
  const { t, i18n } = useTranslation('ui');
  const { rows, columns, sort, typed, state } = props;
  return (
    <div className="panel">
      <div className="table-tools">
        {props.searchable !== false && (
          <Input
            className="table-search"
            type="search"
            allowClear
            prefix={<SearchOutlined aria-hidden />}
            placeholder={t('searchThisList')}
            aria-label={t('searchThisList')}
            value={typed}
            maxLength={200}
            onChange={(event) => props.setTyped(event.target.value)}
          />
        )}
        {props.filters}
        <span className="table-count" role="status">
          {state === 'full' && t(props.more === undefined ? 'rows' : 'rowsMore', { count: rows.length })}
        </span>
        {props.refresh !== undefined && (
          <Tooltip title={t('retry')}>
            <Button
              icon={<ReloadOutlined spin={props.refreshing === true} />}
              aria-label={t('retry')}
              onClick={props.refresh}
            />
          </Tooltip>
        )}
        <Button
          icon={<DownloadOutlined />}
          loading={props.exporting}
          disabled={rows.length === 0}
          onClick={props.exportAll}
        >
          {t('exportCsv')}
        </Button>
      </div>
      {state === 'loading' && <Loading lines={8} />}
      {state === 'failed' && (
        <Failure error={props.error} {...(props.refresh !== undefined && { retry: props.refresh })} />
      )}
      {state === 'full' && rows.length === 0 && (
        <Empty title={typed.trim() === '' ? (props.emptyText ?? t('empty')) : t('emptyFound')} />
      )}
      {state === 'full' && rows.length > 0 && (
        <Scroller label={props.label}>
          <table className="table">
            <thead>
              <tr>
                {columns.map((column) => (
                  <Head key={column.key} column={column} sort={sort} setSort={props.setSort} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={props.rowKey(row)}>
                  {columns.map((column) => (
                    <td
                      key={column.key}
                      data-label={column.title}
                      className={`${column.end === true ? 'at-end' : ''} ${column.phoneTitle === true ? 'phone-title' : ''}`}
                    >
                      {column.render === undefined ? plain(column.value(row), i18n.language) : column.render(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
      {props.more !== undefined && state === 'full' && (
        <div className="table-foot">
          <Button onClick={props.more} loading={props.loadingMore}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  );
}

function Head<Row>({
  column,
  sort,
  setSort,
}: {
  column: Column<Row>;
  sort: Sort | undefined;
  setSort: (sort: Sort) => void;
}) {
  const { t } = useTranslation('ui');
  const active = sort?.key === column.key ? sort : undefined;
  const className = column.end === true ? 'at-end' : '';
  if (column.sortable !== true) {
    return (
      <th scope="col" className={className}>
        <span>{column.title === '' ? <span className="unseen">{t('actions')}</span> : column.title}</span>
      </th>
    );
  }
  return (
    <th
      scope="col"
      className={className}
      aria-sort={active === undefined ? 'none' : active.descending ? 'descending' : 'ascending'}
    >
      <button
        type="button"
        title={t('sortBy', { column: column.title })}
        onClick={() => setSort({ key: column.key, descending: active === undefined ? false : !active.descending })}
      >
        {column.title}
        {active !== undefined &&
          (active.descending ? <CaretDownOutlined aria-hidden /> : <CaretUpOutlined aria-hidden />)}
      </button>
    </th>
  );
}

function plain(cell: Cell, language: string): ReactNode {
  if (cell instanceof Date) return showTime(cell, 'minute', language);
  if (typeof cell === 'number') return cell.toLocaleString(language);
  return cell === null || cell === undefined ? '' : String(cell);
}

function compare(one: Cell, two: Cell, order: Intl.Collator): number {
  if (one === null || one === undefined) return two === null || two === undefined ? 0 : 1;
  if (two === null || two === undefined) return -1;
  if (typeof one === 'number' && typeof two === 'number') return one - two;
  if (one instanceof Date && two instanceof Date) return one.getTime() - two.getTime();
  return order.compare(String(one), String(two));
}

function saveRows<Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  saveCsv(
    name,
    columns.map((column) => column.title),
    cells,
  );
}
