import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, Go, useAddressValue, useGo } from '../shell/index.ts';
import { CodeEditor, jsonLanguage, type Mark } from '../ui/code-editor.tsx';
import { Failure, Loading, Page, Panel, StatusTag, useNotice, useRested } from '../ui/index.ts';
import { EXAMPLES } from './examples.ts';
import { sayIssue } from './issue-words.ts';
import { placeOf, readJson } from './json-place.ts';
import './lake.css';
import { type Json, VIEWS } from './lake-api.ts';
import { Preview } from './preview.tsx';
import { Diff, textOf } from './versions.tsx';

interface Outcome {
  issue: {
    severity: string;
    code: string;
    diagnostics?: string;
    details?: { text?: string };
    expression?: string[];
  }[];
}

const REST_MS = 450;

/** Writes a view: a new one from an example or another view, or the next version of one's own. */
export function EditView({ id }: { id?: string }) {
  const { t } = useTranslation('lake');
  const [from] = useAddressValue('from');
  const source = id ?? (from === '' ? undefined : from);
  const query = useQuery({
    queryKey: ['lake', 'definition', source, 'edit'],
    queryFn: ({ signal }) => api.get<Json>(`/fhir/ViewDefinition/${source}`, { signal }),
    enabled: source !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const title = t(id === undefined ? 'edit.new' : 'edit.title');
  if (source !== undefined && query.data === undefined)
    return (
      <Page title={title}>
        {query.isError ? <Failure error={query.error} retry={() => query.refetch()} /> : <Loading lines={10} />}
      </Page>
    );
  return <Editor key={source ?? 'new'} title={title} id={id} before={query.data} />;
}

function Editor({ title, id, before }: { title: string; id: string | undefined; before: Json | undefined }) {
  const { t, i18n } = useTranslation('lake');
  const go = useGo();
  const notice = useNotice();
  const queries = useQueryClient();
  const own = id === undefined ? undefined : before;
  const beforeText = own === undefined ? '' : textOf(own);
  const [text, setText] = useState(() =>
    own !== undefined ? beforeText : before === undefined ? exampleText('patient') : copyOf(before),
  );
  const [side, setSide] = useState<'preview' | 'difference'>('preview');
  const rested = useRested(text, REST_MS);
  const read = useMemo(() => readJson(rested), [rested]);
  const definition = 'value' in read ? read.value : undefined;
  const outcome = useQuery({
    queryKey: ['lake', 'validate', rested],
    queryFn: ({ signal }) => api.post<Outcome>('/fhir/ViewDefinition/$validate', definition, { signal }),
    enabled: definition !== undefined,
    retry: false,
    gcTime: 10_000,
  });
  const issues = (outcome.data?.issue ?? []).filter(({ severity }) => severity !== 'information');
  const marks = useMemo(
    () =>
      'value' in read
        ? issues.map((issue) => markOf(rested, issue, i18n.language))
        : [{ ...read.span, severity: 'error' as const, message: sayIssue(read.message, i18n.language) }],
    [read, rested, issues, i18n.language],
  );
  const errors = marks.filter(({ severity }) => severity === 'error').length;
  const isSound = definition !== undefined && outcome.isSuccess && errors === 0 && rested === text;

  const keep = useMutation({
    mutationFn: () => {
      if (own === undefined) return api.post<Json>('/fhir/ViewDefinition', definition);
      const version = (own['meta'] as { versionId?: string } | undefined)?.versionId;
      return api.put<Json>(
        `/fhir/ViewDefinition/${id}`,
        { ...definition, id },
        {
          headers: version === undefined ? {} : { 'if-match': `W/"${version}"` },
        },
      );
    },
    onSuccess: async (kept) => {
      notice.done(t('edit.kept', { name: String(kept['name']) }));
      await queries.invalidateQueries({ queryKey: VIEWS });
      go(`/lake/views/${String(kept['id'])}`);
    },
    onError: notice.failed,
  });

  return (
    <Page
      title={title}
      about={t('edit.about')}
      trail={<Go to={id === undefined ? '/lake/views' : `/lake/views/${id}`}>{t('views.title')}</Go>}
      actions={
        <Button type="primary" disabled={!isSound} loading={keep.isPending} onClick={() => keep.mutate()}>
          {t(own === undefined ? 'edit.keep' : 'edit.keepVersion')}
        </Button>
      }
    >
      {own === undefined && (
        <div className="row no-print">
          <span className="quiet">{t('edit.startFrom')}</span>
          {Object.keys(EXAMPLES).map((name) => (
            <Button key={name} size="small" onClick={() => setText(exampleText(name))}>
              {t(`edit.examples.${name}`)}
            </Button>
          ))}
        </div>
      )}
      <div className="split">
        <Panel
          title={t('edit.definition')}
          actions={<State marks={marks} isWaiting={rested !== text || outcome.isFetching} />}
          flush
        >
          <CodeEditor
            label={t('edit.definition')}
            value={text}
            change={setText}
            marks={marks}
            language={JSON_LANGUAGE}
            heightPx={520}
          />
          <Issues marks={marks} text={rested} />
          {outcome.isError && <Alert type="error" title={outcome.error.message} />}
        </Panel>
        <Panel
          title={t(`edit.${side}`)}
          actions={
            own !== undefined && (
              <Segmented
                aria-label={t('edit.side')}
                value={side}
                onChange={setSide}
                options={(['preview', 'difference'] as const).map((value) => ({ value, label: t(`edit.${value}`) }))}
              />
            )
          }
          flush={side === 'preview'}
        >
          {side === 'difference' ? (
            <Diff before={beforeText} after={definition === undefined ? rested : textOf(definition)} />
          ) : definition !== undefined && errors === 0 && outcome.isSuccess ? (
            <Preview of={{ definition }} />
          ) : (
            <p className="quiet inset">{t('edit.previewWaits')}</p>
          )}
        </Panel>
      </div>
    </Page>
  );
}

const JSON_LANGUAGE = [jsonLanguage];

function State({ marks, isWaiting }: { marks: readonly Mark[]; isWaiting: boolean }) {
  const { t } = useTranslation('lake');
  const errors = marks.filter(({ severity }) => severity === 'error').length;
  const tone = isWaiting ? 'neutral' : errors > 0 ? 'danger' : marks.length > 0 ? 'warning' : 'good';
  return (
    <span role="status">
      <StatusTag tone={tone}>
        {isWaiting
          ? t('edit.checking')
          : errors > 0
            ? t('edit.errors', { count: errors })
            : marks.length > 0
              ? t('edit.warnings', { count: marks.length })
              : t('edit.sound')}
      </StatusTag>
    </span>
  );
}

function Issues({ marks, text }: { marks: readonly Mark[]; text: string }) {
  const { t } = useTranslation('lake');
  if (marks.length === 0) return null;
  return (
    <ul className="issues issue-list">
      {marks.map(({ from, severity, message }) => (
        <li key={`${from} ${message}`} className={`tone-${severity === 'error' ? 'danger' : 'warning'}`}>
          <span className="quiet">{t('edit.line', { line: text.slice(0, from).split('\n').length })}</span> {message}
        </li>
      ))}
    </ul>
  );
}

function markOf(
  text: string,
  { severity, diagnostics, details, expression }: Outcome['issue'][number],
  language: string,
): Mark {
  const [at = 'ViewDefinition'] = expression ?? [];
  const place = placeOf(text, at) ?? { from: 0, to: 1 };
  const message = [details?.text, diagnostics].flatMap((said) => (said ? [sayIssue(said, language)] : [])).join(': ');
  return { ...place, severity: severity === 'warning' ? 'warning' : 'error', message: message === '' ? at : message };
}

function exampleText(name: string): string {
  return JSON.stringify(EXAMPLES[name], null, 2);
}

/** Another view as a start: what makes it that one is taken away. */
function copyOf({ id: _, meta: __, ...definition }: Json): string {
  const name = `my_${String(definition['name'] ?? 'view')}`;
  const url = `https://example.org/ViewDefinition/${name}`;
  return JSON.stringify({ ...definition, url, name, status: 'draft' }, null, 2);
}
