import { CopyOutlined, DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../shell/index.ts';
import { Empty, Panel, Plot, save, saveCsv, useNotice } from '../ui/index.ts';
import { type Answer, type Given, showBytes, type View } from './lake-api.ts';
import { libraryOf, usedBy } from './query-library.ts';
import { drawAnswer } from './result-plot.ts';
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
  const drawing = useMemo(() => drawAnswer(answer), [answer]);
  const bytes = useMemo(() => JSON.stringify(answer.rows).length, [answer]);
  const seconds = (answer.ms / 1000).toLocaleString(i18n.language, { maximumFractionDigits: 3 });
  const figures = t('sql.told', { count: answer.rows.length, seconds });
  const shown = drawing === undefined ? 'table' : side;
  const tools = (
    <>
      {drawing !== undefined && (
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
      {answer.rows.length > 0 && shown === 'chart' && drawing !== undefined && (
        <div className="inset">
          <Plot
            title={t('sql.shapes.chart')}
            option={drawing.option}
            heightPx={360}
            table={{
              columns: [drawing.across, ...drawing.up].map((at) => answer.columns[at]!.name),
              rows: answer.rows.map((row) => [drawing.across, ...drawing.up].map((at) => showValue(row[at]))),
            }}
            note={t('sql.chartNote')}
          />
        </div>
      )}
    </Panel>
  );
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
