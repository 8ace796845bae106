import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Modal, Progress, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../shell/index.ts';
import {
  Empty,
  Failure,
  Loading,
  Page,
  Panel,
  StatusTag,
  save,
  Time,
  type Tone,
  useAsk,
  useNotice,
} from '../ui/index.ts';
import './lake.css';
import { FORMATS, type Format, isReadable, type Json, showBytes, useViews } from './lake-api.ts';
import { useWords } from './words.ts';

interface Export {
  id: string;
  views: readonly { name: string; subject?: string }[];
  format: Format;
  state: 'accepted' | 'running' | 'done' | 'failed';
  problem: { kind: string; message: string } | null;
  files: readonly { name: string; file: string; rows: number; bytes: number }[];
  askedAt: string;
  endedAt: string | null;
  expiresAt: string | null;
}

const KEY = ['lake', 'exports'] as const;
const TONES: Record<Export['state'], Tone> = { accepted: 'neutral', running: 'info', done: 'good', failed: 'danger' };

/** Whole views as files: asked for, waited for, fetched within a day, by nobody but who asked. */
export default function Exports() {
  const { t } = useTranslation('lake');
  const [asking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ exports: Export[] }>('/api/lake/exports', { signal }),
    // What is under way is watched.
    refetchInterval: ({ state }) => (state.data?.exports.some(isOpen) === true ? 1_000 : 30_000),
  });
  return (
    <Page
      title={t('exports.title')}
      about={t('exports.about')}
      actions={
        <Button type="primary" onClick={() => setAsking(true)}>
          {t('exports.ask')}
        </Button>
      }
    >
      {query.isPending && <Loading lines={6} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && query.data.exports.length === 0 && (
        <Panel>
          <Empty title={t('exports.none')}>
            <span>{t('exports.noneAbout')}</span>
          </Empty>
        </Panel>
      )}
      {query.data?.exports.map((each) => (
        <One key={each.id} of={each} />
      ))}
      {asking && <AskExport close={() => setAsking(false)} />}
    </Page>
  );
}

function isOpen({ state }: Pick<Export, 'state'>): boolean {
  return state === 'accepted' || state === 'running';
}

function One({ of: { id, views, format, state, problem, files, askedAt, expiresAt } }: { of: Export }) {
  const { t, i18n } = useTranslation('lake');
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string>();
  const open = isOpen({ state });
  const end = useMutation({
    mutationFn: () => api.remove<void>(`/fhir/$export-status/${id}`),
    onSuccess: () => notice.done(t(open ? 'exports.cancelled' : 'exports.deleted')),
    onError: notice.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const remove = async () => {
    const answer = await ask({
      title: t('exports.deleteAsk'),
      about: t('exports.deleteAbout'),
      act: t('exports.delete'),
      danger: true,
    });
    if (answer !== undefined) end.mutate();
  };
  const download = async (file: string) => {
    setBusy(file);
    try {
      save(file, await api.file(`/fhir/$export-file/${id}/${encodeURIComponent(file)}`));
    } catch (error) {
      notice.failed(error);
    } finally {
      setBusy(undefined);
    }
  };
  const names = views.map(({ name }) => name).join(', ');
  return (
    <Panel
      title={`${names} · ${t(`formats.${format}`)}`}
      actions={
        open ? (
          <Button size="small" danger loading={end.isPending} onClick={() => end.mutate()}>
            {t('exports.cancel')}
          </Button>
        ) : (
          <Button size="small" loading={end.isPending} onClick={remove}>
            {t('exports.delete')}
          </Button>
        )
      }
    >
      <div className="stack">
        <div className="row">
          <StatusTag tone={TONES[state]}>{t(`exports.states.${state}`)}</StatusTag>
          <span className="quiet">
            {t('exports.asked')} <Time at={askedAt} />
          </span>
          {expiresAt !== null && state === 'done' && (
            <span className="quiet">
              {t('exports.expires')} <Time at={expiresAt} />
            </span>
          )}
        </div>
        {open && (
          <Progress
            aria-label={t('exports.progress')}
            percent={Math.floor((100 * files.length) / views.length)}
            status="active"
            format={() => t('exports.filesOf', { done: files.length, all: views.length })}
          />
        )}
        {problem !== null && <Why id={id} said={problem.message} />}
        {state === 'done' && (
          <ul className="files">
            {files.map(({ file, rows, bytes }) => (
              <li key={file}>
                <Button size="small" type="primary" ghost loading={busy === file} onClick={() => download(file)}>
                  {file}
                </Button>
                <span className="quiet numbers">
                  {t('exports.rows', { count: rows, number: rows.toLocaleString(i18n.language) })} ·{' '}
                  {showBytes(bytes, i18n.language)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

/** Why an export failed, in the person's language. */
function Why({ id, said }: { id: string; said: string }) {
  const query = useQuery({
    queryKey: [...KEY, 'why', id],
    queryFn: ({ signal }) => api.get<Json>(`/fhir/$export-result/${id}`, { signal }),
    retry: false,
  });
  return <p className="tone-danger toned">{query.error?.message ?? said}</p>;
}

interface Entered {
  views: string[];
  format: Format;
}

function AskExport({ close }: { close: () => void }) {
  const { t } = useTranslation('lake');
  const [form] = Form.useForm<Entered>();
  const notice = useNotice();
  const queries = useQueryClient();
  const views = useViews();
  const words = useWords();
  const ask = useMutation({
    mutationFn: ({ views: chosen, format }: Entered) =>
      api.post(
        '/fhir/$viewdefinition-export',
        {
          resourceType: 'Parameters',
          parameter: [
            { name: '_format', valueCode: format },
            ...chosen.map((id) => ({
              name: 'view',
              part: [{ name: 'viewReference', valueReference: { reference: `ViewDefinition/${id}` } }],
            })),
          ],
        },
        { headers: { prefer: 'respond-async' } },
      ),
    onSuccess: close,
    onError: notice.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const readable = (views.data ?? []).filter(isReadable);
  return (
    <Modal
      open
      title={t('exports.ask')}
      okText={t('exports.begin')}
      confirmLoading={ask.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      {views.isError && <Failure error={views.error} retry={() => views.refetch()} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ views: [], format: 'parquet' }}
        onFinish={(entered) => ask.mutate(entered)}
      >
        <Form.Item name="views" label={t('exports.views')} extra={t('exports.viewsAbout')} rules={[{ required: true }]}>
          <Select
            mode="multiple"
            loading={views.isPending}
            maxCount={50}
            optionFilterProp="label"
            options={readable.map((view) => ({ value: view.id, label: `${words.title(view)} (${view.name})` }))}
          />
        </Form.Item>
        <Form.Item name="format" label={t('exports.format')}>
          <Select
            options={FORMATS.map((value) => ({
              value,
              label: `${t(`formats.${value}`)}: ${t(`formatAbout.${value}`)}`,
            }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
