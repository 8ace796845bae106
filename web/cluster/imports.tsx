import { UploadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { type ChangeEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IMPORT_KINDS, type ImportKind, type ImportLine, KINDS } from '../../src/modules/cluster/model.ts';
import { api, Go, useGo } from '../shell/index.ts';
import {
  base64Of,
  DataTable,
  Empty,
  Failure,
  Loading,
  Page,
  Panel,
  StatusTag,
  Time,
  type Tone,
  useNotice,
} from '../ui/index.ts';

export const IMPORT_TONES: Record<ImportLine['state'], Tone> = {
  open: 'warning',
  applying: 'info',
  done: 'good',
  undoing: 'info',
  undone: 'neutral',
};

/** Files that came in, and the way in for another. */
export default function Imports() {
  const { t } = useTranslation('cluster');
  const query = useQuery({
    queryKey: ['cluster', 'imports'],
    queryFn: ({ signal }) => api.get<{ imports: ImportLine[] }>('/api/cluster/imports', { signal }),
  });
  return (
    <Page title={t('import.title')} about={t('import.about')}>
      <div className="stack">
        <NewFile />
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess &&
          (query.data.imports.length === 0 ? (
            <Empty title={t('import.none')}>{t('import.noneAbout')}</Empty>
          ) : (
            <List imports={query.data.imports} />
          ))}
      </div>
    </Page>
  );
}

function NewFile() {
  const { t, i18n } = useTranslation('cluster');
  const [kind, setKind] = useState<ImportKind>('enterprise');
  const input = useRef<HTMLInputElement>(null);
  const go = useGo();
  const notice = useNotice();
  const queries = useQueryClient();
  const upload = useMutation({
    mutationFn: async (file: File) =>
      api.post<{ id: string; isKnown: boolean }>('/api/cluster/imports', {
        kind,
        fileName: file.name,
        file: await base64Of(file),
      }),
    onSuccess: ({ id, isKnown }) => {
      if (isKnown) notice.done(t('import.known'));
      void queries.invalidateQueries({ queryKey: ['cluster', 'imports'] });
      go(`/cluster/import/${id}`);
    },
    onError: notice.failed,
  });
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file !== undefined) upload.mutate(file);
  };
  return (
    <Panel title={t('import.file')}>
      <div className="stack">
        <p className="quiet">{t('import.fileAbout')}</p>
        <div className="row">
          <Select<ImportKind>
            aria-label={t('import.kind')}
            value={kind}
            onChange={setKind}
            style={{ minWidth: 160 }}
            options={IMPORT_KINDS.map((value) => ({
              value,
              label: i18n.language.startsWith('zh') ? KINDS[value].zh : KINDS[value].en,
            }))}
          />
          <Button
            type="primary"
            icon={<UploadOutlined />}
            loading={upload.isPending}
            onClick={() => input.current?.click()}
          >
            {t('import.choose')}
          </Button>
          <input
            ref={input}
            className="unseen"
            type="file"
            tabIndex={-1}
            aria-label={t('import.choose')}
            accept=".csv,.tsv,.txt,.xlsx,.bib,.ris"
            onChange={chosen}
          />
        </div>
      </div>
    </Panel>
  );
}

function List({ imports }: { imports: readonly ImportLine[] }) {
  const { t, i18n } = useTranslation('cluster');
  return (
    <DataTable<ImportLine>
      name="imports"
      label={t('import.all')}
      rowKey={({ id }) => id}
      source={{ rows: imports }}
      searchable
      columns={[
        {
          key: 'name',
          title: t('import.name'),
          value: ({ fileName }) => fileName,
          render: ({ id, fileName }) => <Go to={`/cluster/import/${id}`}>{fileName}</Go>,
          phoneTitle: true,
          sortable: true,
        },
        {
          key: 'kind',
          title: t('import.kind'),
          value: ({ kind }) => (i18n.language.startsWith('zh') ? KINDS[kind].zh : KINDS[kind].en),
          sortable: true,
        },
        { key: 'rows', title: t('import.rows'), value: ({ rows }) => rows, end: true, sortable: true },
        {
          key: 'state',
          title: t('import.state'),
          value: ({ state }) => t(`import.states.${state}`),
          render: ({ state }) => <StatusTag tone={IMPORT_TONES[state]}>{t(`import.states.${state}`)}</StatusTag>,
        },
        { key: 'by', title: t('import.by'), value: ({ madeByName }) => madeByName },
        {
          key: 'at',
          title: t('import.at'),
          value: ({ madeAt }) => madeAt,
          render: ({ madeAt }) => <Time at={madeAt} />,
          sortable: true,
        },
      ]}
    />
  );
}
