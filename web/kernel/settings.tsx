import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, InputNumber, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, LanguageChoice, LookSwitch, useSession } from '../shell/index.ts';
import { type Column, DataTable, Facts, Failure, Loading, Page, Panel, Time, useAsk, useNotice } from '../ui/index.ts';

/** What a person may change for the own account. */
export default function Settings() {
  const { t } = useTranslation('kernel');
  const { actor } = useSession();
  return (
    <Page title={t('settings.title')} about={t('settings.about')}>
      <div className="columns">
        <Panel title={t('settings.screen')}>
          <Facts
            facts={[
              [t('shell:language'), <LanguageChoice key="language" />],
              [t('shell:look'), <LookSwitch key="look" />],
            ]}
          />
        </Panel>
        <Panel title={t('settings.you')}>
          <Facts
            facts={[
              [t('accounts.name'), actor.name],
              [t('accounts.username'), actor.username],
              [t('accounts.roles'), actor.roles.map((role) => t(`roles.${role}`, { defaultValue: role })).join(', ')],
              [t('accounts.organizations'), actor.organizations.map(({ name }) => name).join(', ')],
            ]}
          />
        </Panel>
        <Panel title={t('settings.password')}>
          <Password />
        </Panel>
      </div>
      <Tokens />
    </Page>
  );
}

interface Passwords {
  current: string;
  fresh: string;
  again: string;
}

function Password() {
  const { t } = useTranslation('kernel');
  const [form] = Form.useForm<Passwords>();
  const notice = useNotice();
  const change = useMutation({
    mutationFn: ({ current, fresh }: Passwords) => api.post<void>('/api/session/password', { current, new: fresh }),
    onSuccess: () => {
      form.resetFields();
      notice.done(t('settings.changed'));
    },
  });
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={(given) => change.mutate(given)}>
      {change.isError && <Alert type="error" showIcon title={change.error.message} style={{ marginBottom: 12 }} />}
      <Form.Item name="current" label={t('settings.current')} rules={[{ required: true }]}>
        <Input.Password autoComplete="current-password" maxLength={500} />
      </Form.Item>
      <Form.Item name="fresh" label={t('settings.fresh')} rules={[{ required: true }]}>
        <Input.Password autoComplete="new-password" maxLength={500} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('settings.again')}
        dependencies={['fresh']}
        rules={[
          { required: true },
          {
            validator: (_, value: string) =>
              value === form.getFieldValue('fresh')
                ? Promise.resolve()
                : Promise.reject(new Error(t('settings.differ'))),
          },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={500} />
      </Form.Item>
      <Button htmlType="submit" loading={change.isPending}>
        {t('settings.change')}
      </Button>
    </Form>
  );
}

interface Token {
  id: string;
  name: string;
  scopes: readonly string[] | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt?: string | null;
}

const TOKENS = ['tokens'] as const;

function Tokens() {
  const { t } = useTranslation('kernel');
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const [made, setMade] = useState<string>();
  const query = useQuery({
    queryKey: TOKENS,
    queryFn: ({ signal }) => api.get<{ tokens: Token[] }>('/api/access/tokens', { signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: TOKENS });
  const make = useMutation({
    mutationFn: ({ name, scopes = '', days }: { name: string; scopes?: string; days: number }) =>
      api.post<{ token: string }>('/api/access/tokens', {
        name,
        days,
        ...(scopes.trim() !== '' && { scopes: scopes.trim().split(/\s+/) }),
      }),
    onSuccess: ({ token }) => setMade(token),
    onError: notice.failed,
    onSettled: refresh,
  });
  const revoke = async (token: Token) => {
    const answer = await ask({
      title: t('settings.tokenRevokeAsk', { name: token.name }),
      about: t('settings.tokenRevokeAbout'),
      act: t('settings.tokenRevoke'),
      danger: true,
    });
    if (answer === undefined) return;
    try {
      await api.remove(`/api/access/tokens/${encodeURIComponent(token.id)}`);
      notice.done(t('settings.tokenRevoked'));
    } catch (error) {
      notice.failed(error);
    }
    await refresh();
  };

  const columns: Column<Token>[] = [
    { key: 'name', title: t('accounts.name'), value: (token) => token.name, sortable: true, phoneTitle: true },
    { key: 'scopes', title: t('settings.tokenScope'), value: (token) => token.scopes?.join(' ') || t('settings.all') },
    {
      key: 'createdAt',
      title: t('settings.tokenCreated'),
      value: (token) => new Date(token.createdAt),
      render: (token) => <Time at={token.createdAt} />,
      sortable: true,
    },
    {
      key: 'lastUsedAt',
      title: t('settings.tokenUsed'),
      value: (token) => (token.lastUsedAt === null ? undefined : new Date(token.lastUsedAt)),
      render: (token) => (token.lastUsedAt === null ? t('settings.never') : <Time at={token.lastUsedAt} />),
    },
    {
      key: 'expiresAt',
      title: t('settings.tokenExpires'),
      value: (token) => (token.expiresAt === null ? undefined : new Date(token.expiresAt)),
      render: (token) => (token.expiresAt === null ? t('settings.never') : <Time at={token.expiresAt} />),
    },
    {
      key: 'act',
      title: '',
      value: () => '',
      render: (token) => (
        <Button size="small" danger onClick={() => revoke(token)}>
          {t('settings.tokenRevoke')}
        </Button>
      ),
    },
  ];
  return (
    <Panel title={t('settings.tokens')}>
      <div className="stack">
        <p className="quiet" style={{ margin: 0 }}>
          {t('settings.tokensAbout')}
        </p>
        <Form layout="inline" requiredMark={false} initialValues={{ days: 90 }} onFinish={make.mutate} className="row">
          <Form.Item name="name" rules={[{ required: true }]}>
            <Input aria-label={t('settings.tokenName')} placeholder={t('settings.tokenName')} maxLength={100} />
          </Form.Item>
          <Form.Item name="scopes">
            <Input
              aria-label={t('settings.tokenScopes')}
              placeholder={t('settings.tokenScopes')}
              maxLength={1_000}
              style={{ minWidth: 260 }}
            />
          </Form.Item>
          <Form.Item name="days" label={t('settings.tokenDays')}>
            <InputNumber min={1} max={365} precision={0} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={make.isPending}>
            {t('settings.tokenAdd')}
          </Button>
        </Form>
        {made !== undefined && (
          <Alert
            type="success"
            title={t('settings.tokenMade')}
            description={
              <Typography.Text code copyable>
                {made}
              </Typography.Text>
            }
            closable={{ onClose: () => setMade(undefined) }}
          />
        )}
        {query.isPending && <Loading lines={3} />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && (
          <DataTable
            name="tokens"
            label={t('settings.tokens')}
            columns={columns}
            rowKey={(token) => token.id}
            source={{ rows: query.data.tokens.filter((token) => token.revokedAt == null) }}
            searchable={false}
          />
        )}
      </div>
    </Panel>
  );
}
