import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, useSession } from '../shell/index.ts';
import { type Column, DataTable, Failure, Loading, Page, Panel, Time, useAsk, useNotice } from '../ui/index.ts';
import './lake.css';
import { isReadable, useViews } from './lake-api.ts';
import { Code, notebookSnippets, Snippets } from './snippets.tsx';
import { useWords } from './words.ts';

interface Token {
  id: string;
  name: string;
  scopes: readonly string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt?: string | null;
}

interface Entered {
  name: string;
  hours: number;
  acts: string[];
}

const KEY = ['lake', 'tokens'] as const;
const ACTS = ['lake.sql.ask', 'lake.export', 'lake.population.ask'] as const;
const MOST_HOURS = 12;

/** Tokens for programs that read the lake for some hours as their owner would, and how such programs begin. */
export default function Notebooks() {
  const { t } = useTranslation('lake');
  return (
    <Page title={t('notebooks.title')} about={t('notebooks.about')}>
      <Tokens />
      <Beginnings />
    </Page>
  );
}

function Tokens() {
  const { t } = useTranslation('lake');
  const { actor } = useSession();
  const notice = useNotice();
  const ask = useAsk();
  const queries = useQueryClient();
  const [form] = Form.useForm<Entered>();
  const [made, setMade] = useState<string>();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ tokens: Token[] }>('/api/lake/tokens', { signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: KEY });
  const make = useMutation({
    mutationFn: (entered: Entered) => api.post<{ token: string }>('/api/lake/tokens', entered),
    onSuccess: ({ token }) => {
      setMade(token);
      form.resetFields();
    },
    onError: notice.failed,
    onSettled: refresh,
  });
  const revoke = async (token: Token) => {
    const answer = await ask({
      title: t('notebooks.revokeAsk', { name: token.name }),
      about: t('notebooks.revokeAbout'),
      act: t('notebooks.revoke'),
      danger: true,
    });
    if (answer === undefined) return;
    try {
      await api.remove(`/api/lake/tokens/${encodeURIComponent(token.id)}`);
      notice.done(t('notebooks.revoked'));
    } catch (error) {
      notice.failed(error);
    }
    await refresh();
  };
  const own = ACTS.filter((act) => actor.permissions.some((each) => each === '*' || each.split('@')[0] === act));
  const columns: Column<Token>[] = [
    { key: 'name', title: t('notebooks.purpose'), value: (token) => token.name, phoneTitle: true, sortable: true },
    {
      key: 'scopes',
      title: t('notebooks.may'),
      value: (token) =>
        token.scopes
          .map((scope) => t(`notebooks.acts.${scope.replaceAll('.', '-')}`, { defaultValue: scope }))
          .join(', '),
    },
    {
      key: 'createdAt',
      title: t('notebooks.made'),
      value: (token) => new Date(token.createdAt),
      render: (token) => <Time at={token.createdAt} />,
      sortable: true,
    },
    {
      key: 'lastUsedAt',
      title: t('notebooks.used'),
      value: (token) => (token.lastUsedAt === null ? undefined : new Date(token.lastUsedAt)),
      render: (token) => (token.lastUsedAt === null ? t('notebooks.never') : <Time at={token.lastUsedAt} />),
    },
    {
      key: 'expiresAt',
      title: t('notebooks.expires'),
      value: (token) => (token.expiresAt === null ? undefined : new Date(token.expiresAt)),
      render: (token) => <Time at={token.expiresAt} />,
    },
    {
      key: 'act',
      title: '',
      value: () => '',
      render: (token) => (
        <Button size="small" danger onClick={() => revoke(token)}>
          {t('notebooks.revoke')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <Panel title={t('notebooks.make')}>
        <div className="stack">
          <Form
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ hours: 8, acts: own }}
            onFinish={(entered) => make.mutate(entered)}
            className="token-form"
          >
            <Form.Item name="name" label={t('notebooks.purpose')} rules={[{ required: true, whitespace: true }]}>
              <Input maxLength={100} placeholder={t('notebooks.purposeExample')} />
            </Form.Item>
            <Form.Item name="hours" label={t('notebooks.hours')}>
              <InputNumber min={1} max={MOST_HOURS} precision={0} />
            </Form.Item>
            <Form.Item name="acts" label={t('notebooks.may')} extra={t('notebooks.mayAbout')}>
              <Checkbox.Group
                options={own.map((value) => ({ value, label: t(`notebooks.acts.${value.replaceAll('.', '-')}`) }))}
              />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={make.isPending}>
              {t('notebooks.make')}
            </Button>
          </Form>
          {made !== undefined && (
            <Alert
              type="success"
              title={t('notebooks.shownOnce')}
              description={<Code title={t('notebooks.token')} text={`export BANYAN_TOKEN=${made}`} />}
              closable={{ onClose: () => setMade(undefined) }}
            />
          )}
        </div>
      </Panel>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <DataTable
          name="lake-tokens"
          label={t('notebooks.tokens')}
          columns={columns}
          rowKey={(token) => token.id}
          source={{ rows: query.data.tokens.filter(({ revokedAt }) => revokedAt == null) }}
          searchable={false}
          emptyText={t('notebooks.none')}
        />
      )}
    </>
  );
}

function Beginnings() {
  const { t } = useTranslation('lake');
  const words = useWords();
  const views = useViews();
  const readable = (views.data ?? []).filter(isReadable);
  const [chosen, choose] = useState<string>();
  const view =
    readable.find(({ id }) => id === chosen) ??
    readable.find(({ name }) => name === 'laboratory_result') ??
    readable[0];
  if (view === undefined) return null;
  return (
    <Panel
      title={t('notebooks.begin')}
      actions={
        <Select
          aria-label={t('views.view')}
          value={view.id}
          onChange={choose}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ minWidth: 240 }}
          options={readable.map((each) => ({ value: each.id, label: words.title(each) }))}
        />
      }
    >
      <p className="note">{t('notebooks.beginAbout')}</p>
      <Snippets
        key={view.id}
        label={t('notebooks.begin')}
        snippets={notebookSnippets(location.origin, view.name, view.id)}
      />
    </Panel>
  );
}
