import { StandardSQL, sql } from '@codemirror/lang-sql';
import { useQuery } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { OfferingDefinition } from '../../src/modules/exchange/model.ts';
import { api } from '../shell/index.ts';
import { CodeEditor } from '../ui/code-editor.tsx';
import { parametersIn, typedValue } from '../ui/sql-parameters.ts';

type Query = OfferingDefinition['query'];
type Parameter = Query['parameters'][number];

interface Named {
  name: string;
  columns: { name: string }[];
}

/** What the question may read, for completion; without it the editor works as well. */
function useSchema(): Record<string, string[]> {
  const { data } = useQuery({
    queryKey: ['exchange', 'schema'],
    queryFn: ({ signal }) => api.get<{ views: Named[]; tables: Named[] }>('/api/lake/views', { signal }),
    staleTime: 60_000,
    retry: false,
  });
  return useMemo(
    () =>
      Object.fromEntries(
        [...(data?.views ?? []), ...(data?.tables ?? [])].map(({ name, columns }) => [
          name,
          columns.map((column) => column.name),
        ]),
      ),
    [data],
  );
}

/** The question with its parameters: each `:name` of the text has a line. */
export function StudioQuestion(props: {
  query: Query;
  change: (query: Query) => void;
  isDraft: boolean;
  run: () => void;
}) {
  const { t } = useTranslation('exchange');
  const { query, change, isDraft, run } = props;
  const schema = useSchema();
  const language = useMemo(() => [sql({ dialect: StandardSQL, schema })], [schema]);
  const edit = (text: string) => {
    const known = new Map(query.parameters.map((parameter) => [parameter.name, parameter]));
    const parameters = parametersIn(text).map(
      (name): Parameter => known.get(name) ?? { name, type: 'string', value: '' },
    );
    change({ sql: text, parameters });
  };
  const set = (name: string, changes: Partial<Parameter>) =>
    change({
      ...query,
      parameters: query.parameters.map((each) => (each.name === name ? { ...each, ...changes } : each)),
    });
  return (
    <>
      <CodeEditor
        label={t('studio.sql')}
        value={query.sql}
        language={language}
        heightPx={280}
        {...(isDraft && { change: edit, run })}
      />
      {query.parameters.length > 0 && (
        <fieldset className="offering-parameters" disabled={!isDraft}>
          <legend>{t('studio.parameters')}</legend>
          {query.parameters.map(({ name, type, value }) => (
            <div key={name} className="row">
              <code>:{name}</code>
              <Select
                aria-label={t('studio.parameterType', { name })}
                value={type}
                disabled={!isDraft}
                style={{ minWidth: 120 }}
                onChange={(chosen) =>
                  set(name, { type: chosen, value: typedValue(chosen, String(value)) ?? '' } as Partial<Parameter>)
                }
                options={TYPES.map((one) => ({ value: one, label: t(`studio.parameterTypes.${one}`) }))}
              />
              <Value parameter={{ name, type, value }} isDraft={isDraft} set={(given) => set(name, { value: given })} />
            </div>
          ))}
        </fieldset>
      )}
    </>
  );
}

const TYPES = ['string', 'integer', 'decimal', 'date', 'boolean'] as const;

/** What is no value of its type yet stays as it is typed, and is said to be none. */
function Value(props: { parameter: Parameter; isDraft: boolean; set: (value: Parameter['value']) => void }) {
  const { t } = useTranslation('exchange');
  const { parameter, isDraft, set } = props;
  const { name, type, value } = parameter;
  if (type === 'boolean')
    return (
      <Select
        aria-label={t('studio.parameterValue', { name })}
        disabled={!isDraft}
        style={{ width: 200 }}
        {...(typeof value === 'boolean' && { value: String(value) })}
        onChange={(chosen: string) => set(chosen === 'true')}
        options={['true', 'false'].map((one) => ({ value: one, label: one }))}
      />
    );
  const isWrong = type !== 'string' && typedValue(type, String(value)) === undefined;
  return (
    <Input
      aria-label={t('studio.parameterValue', { name })}
      disabled={!isDraft}
      status={isWrong ? 'error' : ''}
      style={{ width: 200 }}
      maxLength={10_000}
      value={String(value)}
      {...(type === 'date' && { type: 'date' })}
      onChange={({ target }) => {
        const typed = typedValue(type, target.value);
        // "1." and "-" are on the way to a number.
        set(String(typed) === target.value ? (typed as Parameter['value']) : target.value);
      }}
    />
  );
}
