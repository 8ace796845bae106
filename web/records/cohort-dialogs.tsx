import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Form, Input, Modal, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  DOWNLOAD_FORMATS,
  type Download,
  EVENT_SOURCES,
  type Question,
  type SavedQuestion,
} from '../../src/modules/records/model.ts';
import { api, useSession } from '../shell/index.ts';
import { save, useNotice } from '../ui/index.ts';
import { QUESTIONS } from './cohort-state.ts';

interface Kept {
  name: string;
  about: string;
  shared: boolean;
}

/** Keeps a question under a name: a new one, or the next version of `before`. */
export function SaveDialog(props: {
  question: Question;
  before?: SavedQuestion | undefined;
  close: (kept?: SavedQuestion) => void;
}) {
  const { question, before, close } = props;
  const { t } = useTranslation('records');
  const { actor } = useSession();
  const notice = useNotice();
  const queries = useQueryClient();
  const [form] = Form.useForm<Kept>();
  const keep = useMutation({
    mutationFn: async ({ name, about = '', shared = false }: Kept) => {
      const body = { name, about, question };
      const kept =
        before === undefined
          ? await api.post<SavedQuestion>('/api/records/questions', body)
          : await api.put<SavedQuestion>(`/api/records/questions/${before.id}`, body);
      if (shared !== kept.sharedWith.length > 0) await api.put(`/api/records/questions/${kept.id}/shared`, { shared });
      return kept;
    },
    onSuccess: async (kept) => {
      notice.done(t('cohort.saved', { name: kept.name }));
      await queries.invalidateQueries({ queryKey: QUESTIONS });
      close(kept);
    },
    onError: notice.failed,
  });
  return (
    <Modal
      open
      title={t(before === undefined ? 'cohort.saveAs' : 'cohort.save')}
      okText={t('cohort.save')}
      confirmLoading={keep.isPending}
      onOk={() => form.submit()}
      onCancel={() => close()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: before?.name, about: before?.about ?? '', shared: (before?.sharedWith.length ?? 0) > 0 }}
        onFinish={(kept) => keep.mutate(kept)}
      >
        <Form.Item name="name" label={t('cohort.name')} rules={[{ required: true, whitespace: true, max: 120 }]}>
          <Input autoFocus />
        </Form.Item>
        <Form.Item name="about" label={t('cohort.description')} rules={[{ max: 2_000 }]}>
          <Input.TextArea rows={3} />
        </Form.Item>
        {actor.organizations.length > 0 && (
          <Form.Item name="shared" valuePropName="checked">
            <Checkbox>{t('cohort.share')}</Checkbox>
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

const MEGABYTE = 1_000_000;

/** Takes rows along, with a purpose; shows how far it is, and can be stopped. */
export function DownloadDialog({ cohort, close }: { cohort: Download['cohort']; close: () => void }) {
  const { t, i18n } = useTranslation('records');
  const notice = useNotice();
  const [form] = Form.useForm<Omit<Download, 'cohort'>>();
  const [done, setDone] = useState(0);
  const stopping = useRef<AbortController>(undefined);
  const take = useMutation({
    mutationFn: async (asked: Omit<Download, 'cohort'>) => {
      stopping.current = new AbortController();
      return fetchRows({ cohort, ...asked }, setDone, stopping.current.signal);
    },
    onSuccess: (rows) => {
      notice.done(t('cohort.finished', { count: rows }));
      close();
    },
    onError: (error) => {
      setDone(0);
      notice.failed(stopping.current?.signal.aborted === true ? new Error(t('cohort.cancelled')) : error);
    },
  });
  const stop = () => {
    stopping.current?.abort();
    if (!take.isPending) close();
  };
  const megabytes = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(done / MEGABYTE);
  return (
    <Modal
      open
      title={t('cohort.download')}
      onCancel={stop}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          {take.isPending && (
            <span role="status" className="quiet numbers">
              {t('cohort.progress', { done: megabytes })}
            </span>
          )}
          <Button onClick={stop}>{t('ui:cancel')}</Button>
          <Button type="primary" loading={take.isPending} onClick={() => form.submit()}>
            {t('cohort.start')}
          </Button>
        </div>
      }
    >
      <p className="quiet">{t('cohort.downloadAbout')}</p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={take.isPending}
        initialValues={{ what: 'person', named: true, format: 'csv', purpose: '' }}
        onFinish={(asked) => take.mutate(asked)}
      >
        <Form.Item name="what" label={t('cohort.what')}>
          <Select
            options={[
              { value: 'person', label: t('cohort.personsRows') },
              ...EVENT_SOURCES.map((value) => ({ value, label: t(`cohort.sources.${value}`) })),
            ]}
          />
        </Form.Item>
        <Form.Item name="named" valuePropName="checked">
          <Checkbox>{t('cohort.named')}</Checkbox>
        </Form.Item>
        <Form.Item name="format" label={t('cohort.format')}>
          <Select options={DOWNLOAD_FORMATS.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item
          name="purpose"
          label={t('cohort.purpose')}
          rules={[{ required: true, min: 10, max: 500, whitespace: true, message: t('cohort.purposeHint') }]}
        >
          <Input.TextArea rows={2} placeholder={t('cohort.purposeHint')} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Reads the rows piece by piece and hands them over as a file. @returns how many rows there were */
async function fetchRows(download: Download, told: (bytes: number) => void, signal: AbortSignal): Promise<number> {
  const response = await api.stream('/api/records/cohorts/rows', download, { signal });
  const pieces: BlobPart[] = [];
  let bytes = 0;
  for (const reader = response.body!.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
    told(bytes);
  }
  save(
    `cohort-${download.what}.${download.format}`,
    new Blob(pieces, { type: response.headers.get('content-type') ?? '' }),
  );
  return Number(response.headers.get('x-rows'));
}
