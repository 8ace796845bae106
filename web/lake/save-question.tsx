import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';
import type { Json } from './lake-api.ts';
import { libraryOf, type Question, type usedBy } from './query-library.ts';

interface Entered {
  title: string;
  description?: string;
  as?: 'new' | 'version';
}

/** Keeps a question under a name, as a Library that every server of SQL-on-FHIR understands. */
export function SaveQuestion(props: {
  question: Question;
  used: ReturnType<typeof usedBy>;
  /** The Library that the question came from. */
  before: Json | undefined;
  close: () => void;
  kept: (id: string) => void;
}) {
  const { t } = useTranslation('lake');
  const { question, used, before, close, kept } = props;
  const [form] = Form.useForm<Entered>();
  const notice = useNotice();
  const queries = useQueryClient();
  const keep = useMutation({
    mutationFn: ({ title, description, as }: Entered) => {
      const library = libraryOf(question, used, {
        title: title.trim(),
        ...(description !== undefined && { description }),
      });
      if (before === undefined || as !== 'version') return api.post<Json>('/fhir/Library', library);
      const id = String(before['id']);
      return api.put<Json>(`/fhir/Library/${id}`, { ...library, id });
    },
    onSuccess: async (library) => {
      notice.done(t('sql.kept', { title: String(library['title']) }));
      await queries.invalidateQueries({ queryKey: ['lake', 'libraries'] });
      await queries.invalidateQueries({ queryKey: ['lake', 'library'] });
      kept(String(library['id']));
      close();
    },
    onError: notice.failed,
  });
  return (
    <Modal
      open
      title={t('sql.saveTitle')}
      okText={t('sql.save')}
      confirmLoading={keep.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(entered) => keep.mutate(entered)}
        initialValues={{ title: before?.['title'], description: before?.['description'], as: 'version' }}
      >
        <Form.Item name="title" label={t('sql.name')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="description" label={t('sql.description')}>
          <Input.TextArea rows={3} maxLength={2_000} />
        </Form.Item>
        {before !== undefined && (
          <Form.Item name="as" label={t('sql.saveAs')}>
            <Radio.Group
              options={(['version', 'new'] as const).map((value) => ({
                value,
                label: t(`sql.saveAsChoices.${value}`),
              }))}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
