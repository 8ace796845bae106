import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, Refusal } from '../shell/index.ts';
import { Empty, Failure, Loading } from '../ui/index.ts';
import type { Column, Json } from './lake-api.ts';
import { ResultTable } from './result-table.tsx';

const ROWS = 100;

interface PreviewProps {
  /** A stored view, or a definition that is being written. */
  of: { id: string; version: number } | { definition: Json };
  /** Where they are known; else they are those of the rows. */
  columns?: readonly Column[];
}

interface Shown {
  rows: Json[];
  ms: number;
}

/** The first rows of a view that the person may see. */
export function Preview({ of, columns }: PreviewProps) {
  const { t, i18n } = useTranslation('lake');
  const query = useQuery<Shown>({
    queryKey: ['lake', 'preview', of],
    queryFn: ({ signal }) => readRows(of, signal),
    staleTime: 60_000,
    retry: false,
    // While a definition is being written, the rows of the last one stay.
    placeholderData: (before) => ('definition' in of ? before : undefined),
  });
  if (query.isPending) return <Loading lines={6} />;
  if (query.isError) {
    if (query.error instanceof Refusal && query.error.status === 403)
      return (
        <Empty title={t('views.previewForbidden')}>
          <span>{t('views.noRows')}</span>
        </Empty>
      );
    return <Failure error={query.error} retry={() => query.refetch()} />;
  }
  const { rows, ms } = query.data;
  if (rows.length === 0) return <Empty title={t('views.previewEmpty')} />;
  const names = columns?.map(({ name }) => name) ?? Object.keys(rows[0]!);
  const types = new Map(columns?.map(({ name, sqlType }) => [name, sqlType]));
  return (
    <>
      <ResultTable
        label={t('views.preview')}
        columns={names.map((name) => ({ name, type: types.get(name) ?? guess(rows, name) }))}
        rows={rows.map((row) => names.map((name) => row[name] ?? null))}
        heightPx={380}
      />
      <p className="result-note">
        {t('views.previewNote', {
          count: rows.length,
          most: ROWS,
          seconds: (ms / 1000).toLocaleString(i18n.language, { maximumFractionDigits: 2 }),
        })}
      </p>
    </>
  );
}

async function readRows(of: PreviewProps['of'], signal: AbortSignal): Promise<Shown> {
  const began = performance.now();
  const rows =
    'id' in of
      ? await api.get<Json[]>(`/fhir/ViewDefinition/${of.id}/$viewdefinition-run`, {
          query: { _format: 'json', _limit: ROWS },
          signal,
        })
      : await api.post<Json[]>(
          '/fhir/ViewDefinition/$viewdefinition-run',
          {
            resourceType: 'Parameters',
            parameter: [
              { name: 'viewResource', resource: of.definition },
              { name: '_format', valueCode: 'json' },
              { name: '_limit', valueInteger: ROWS },
            ],
          },
          { signal },
        );
  return { rows, ms: performance.now() - began };
}

function guess(rows: readonly Json[], name: string): string {
  return rows.every((row) => row[name] == null || typeof row[name] === 'number') ? 'Float64' : 'String';
}
