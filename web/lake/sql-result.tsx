import { CopyOutlined, DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Segmented, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../shell/index.ts';
import { Empty, Panel, Plot, save, saveCsv, useNotice } from '../ui/index.ts';
import { type Answer, type Given, showBytes, type View } from './lake-api.ts';
import { libraryOf, usedBy } from './query-library.ts';
import { type Choice, type Drawing, drawAnswer, drawable, PICTURES } from './result-plot.ts';
import { ResultTable, showValue } from './result-table.tsx';

interface Asked {
  text: string;
  given: readonly Given[];
}

/** What the lake answered: rows, how long it took, a picture where it tells something, and the whole as a file. */
export function SqlResult({
  answer,
  question,
  views,
  limit,
}: {
  answer: Answer;
  question: Asked;
  views: readonly View[];
  limit: number;
}) {
  const { t, i18n } = useTranslation('lake');
  const [side, setSide] = useState<'table' | 'chart'>('table');
  const [choice, setChoice] = useState<Choice>({});
  const isDrawable = useMemo(() => drawAnswer(answer) !== undefined, [answer]);
  const drawing = useMemo(
    () => drawAnswer(answer, choice, window.innerWidth > NARROW_PX ? undefined : 120),
    [answer, choice],
  );
  const bytes = useMemo(() => JSON.stringify(answer.rows).length, [answer]);
  const seconds = (answer.ms / 1000).toLocaleString(i18n.language, { maximumFractionDigits: 3 });
  const figures = t('sql.told', { count: answer.rows.length, seconds });
  const shown = isDrawable ? side : 'table';
  const tools = (
    <>
      {isDrawable && (
        <Segmented
          aria-label={t('sql.shape')}
          value={side}
          onChange={setSide}
          options={(['table', 'chart'] as const).map((value) => ({ value, label: t(`sql.shapes.${value}`) }))}
        />
      )}
      <Files answer={answer} question={question} views={views} />
    </>
  );
  return (
    <Panel title={t('sql.answer')} actions={tools} flush>
      <p className="quiet sql-told" role="status">
        {figures} · {showBytes(bytes, i18n.language)} <Behind />
      </p>
      {answer.more && <Alert type="info" showIcon title={t('sql.more', { count: limit })} />}
      {answer.rows.length === 0 && <Empty title={t('sql.noRows')} />}
      {answer.rows.length > 0 && shown === 'table' && (
        <ResultTable label={t('views.preview')} columns={answer.columns} rows={answer.rows} />
      )}
      {answer.rows.length > 0 && shown === 'chart' && (
        <div className="inset stack">
          <Choices answer={answer} drawing={drawing} choice={choice} change={setChoice} />
          {drawing === undefined ? (
            <Empty title={t('sql.noChart')}>{t('sql.noChartAbout')}</Empty>
          ) : (
            <Plot
              title={titleOf(answer, drawing)}
              {...drawing}
              table={tableOf(answer, drawing)}
              note={t('sql.chartNote')}
            />
          )}
        </div>
      )}
    </Panel>
  );
}

const NARROW_PX = 720;

/** What is drawn, in the names of its columns: `results, persons / month`. */
function titleOf({ columns }: Answer, { up, across, by }: Drawing): string {
  const named = (places: readonly number[]) => places.map((at) => columns[at]!.name).join(', ');
  return `${named(up)} / ${named(by === undefined ? [across] : [across, by])}`;
}

function tableOf({ columns, rows }: Answer, { across, by, up }: Drawing) {
  const places = [across, ...(by === undefined ? [] : [by]), ...up];
  return {
    columns: places.map((at) => columns[at]!.name),
    rows: rows.map((row) => places.map((at) => showValue(row[at]))),
  };
}

/** What is drawn, and how, where somebody wants it otherwise. */
function Choices(props: {
  answer: Answer;
  drawing: Drawing | undefined;
  choice: Choice;
  change: (choice: Choice) => void;
}) {
  const { t } = useTranslation('lake');
  const { answer, drawing, choice, change } = props;
  const can = useMemo(() => drawable(answer), [answer]);
  const options = (places: readonly number[]) => places.map((at) => ({ value: at, label: answer.columns[at]!.name }));
  const across = choice.across ?? drawing?.across;
  const up = choice.up ?? drawing?.up ?? [];
  const by = (choice.by === undefined ? drawing?.by : choice.by) ?? NONE;
  const kind = choice.kind ?? drawing?.kind ?? 'bar';
  return (
    <fieldset className="parameters no-print">
      <legend>{t('sql.draw')}</legend>
      <Segmented
        aria-label={t('sql.drawKind')}
        value={kind}
        onChange={(value) => change({ ...choice, kind: value })}
        options={PICTURES.map((value) => ({ value, label: t(`sql.pictures.${value}`) }))}
      />
      <span className="row">
        <span className="quiet">{t('sql.drawAcross')}</span>
        <Select
          aria-label={t('sql.drawAcross')}
          {...(across !== undefined && { value: across })}
          onChange={(value) => change({ ...withoutKind(choice), across: value })}
          options={options(can.across)}
          style={{ minWidth: 120 }}
        />
      </span>
      <span className="row">
        <span className="quiet">{t('sql.drawUp')}</span>
        <Select
          mode="multiple"
          aria-label={t('sql.drawUp')}
          value={[...up]}
          onChange={(value) => change({ ...choice, up: value })}
          options={options(can.up.filter((at) => at !== across))}
          style={{ minWidth: 140 }}
        />
      </span>
      {can.by.some((at) => at !== across) && (
        <span className="row">
          <span className="quiet">{t('sql.drawBy')}</span>
          <Select
            aria-label={t('sql.drawBy')}
            value={by}
            onChange={(value) => change({ ...choice, by: value === NONE ? null : value })}
            options={[{ value: NONE, label: t('sql.drawByNone') }, ...options(can.by.filter((at) => at !== across))]}
            style={{ minWidth: 120 }}
          />
        </span>
      )}
    </fieldset>
  );
}

const NONE = -1;

/** Another column across may want another picture. */
function withoutKind({ kind: _, ...others }: Choice): Choice {
  return others;
}

/** How far the lake is behind the record. */
function Behind() {
  const { t, i18n } = useTranslation('lake');
  const query = useQuery({
    queryKey: ['lake', 'status'],
    queryFn: ({ signal }) => api.get<{ lagSeconds: number }>('/api/lake/status', { signal }),
    refetchInterval: 15_000,
  });
  if (query.data === undefined) return null;
  const lag = query.data.lagSeconds;
  if (lag < 1) return <> · {t('sql.upToDate')}</>;
  return <> · {t('sql.behind', { seconds: Math.round(lag).toLocaleString(i18n.language) })}</>;
}

function Files({ answer, question, views }: { answer: Answer; question: Asked; views: readonly View[] }) {
  const { t } = useTranslation('lake');
  const notice = useNotice();
  const [busy, setBusy] = useState(false);
  const names = answer.columns.map(({ name }) => name);
  const cells = answer.rows.map((row) =>
    row.map((value) => (typeof value === 'number' || typeof value === 'boolean' ? value : showValue(value))),
  );
  const copy = async () => {
    const text = [names, ...cells].map((row) => row.map((cell) => String(cell).replace(/[\t\n]/g, ' ')).join('\t'));
    try {
      await navigator.clipboard.writeText(text.join('\n'));
      notice.done(t('sql.copied', { count: cells.length }));
    } catch (error) {
      notice.failed(error);
    }
  };
  const csv = () => saveCsv('query', names, cells);
  /** All rows, also those that are not shown: the server asks once more. */
  const parquet = async () => {
    setBusy(true);
    try {
      const asked = { text: question.text, parameters: question.given };
      const library = libraryOf(asked, usedBy(answer, views), { title: 'query' });
      const values = question.given.map(({ name, type, value }) => ({ name, [VALUES[type] ?? 'valueString']: value }));
      const body = {
        resourceType: 'Parameters',
        parameter: [
          { name: 'queryResource', resource: library },
          { name: '_format', valueCode: 'parquet' },
          ...(values.length === 0
            ? []
            : [{ name: 'parameters', resource: { resourceType: 'Parameters', parameter: values } }]),
        ],
      };
      save('query.parquet', await api.file('/fhir/$sqlquery-run', body));
    } catch (error) {
      notice.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button size="small" icon={<CopyOutlined />} disabled={cells.length === 0} onClick={copy}>
        {t('sql.copy')}
      </Button>
      <Button size="small" icon={<DownloadOutlined />} disabled={cells.length === 0} onClick={csv}>
        CSV
      </Button>
      <Button size="small" icon={<DownloadOutlined />} loading={busy} onClick={parquet} title={t('sql.parquetAbout')}>
        Parquet
      </Button>
    </>
  );
}

const VALUES: Readonly<Record<string, string>> = {
  integer: 'valueInteger',
  decimal: 'valueDecimal',
  boolean: 'valueBoolean',
  date: 'valueDate',
  dateTime: 'valueDateTime',
};
