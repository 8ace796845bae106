import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Modal, Select, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, useOrganizationNames } from '../shell/index.ts';
import { type Column, DataTable, Page, StatusTag, Time, useAsk, useNotice } from '../ui/index.ts';
import { ROLES } from './roles.ts';

interface Account {
  id: string;
  username: string;
  name: string;
  roles: readonly string[];
  organizations: readonly string[];
  patient?: string | null;
  disabled: boolean;
  lastSignInAt?: string | null;
}

const KEY = ['accounts'] as const;

/** Who may sign in: add, change roles, disable, give a new password. */
export default function Accounts() {
  const { t } = useTranslation('kernel');
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Account>();
  const columns: Column<Account>[] = [
    { key: 'username', title: t('accounts.username'), value: (account) => account.username, phoneTitle: true },
    { key: 'name', title: t('accounts.name'), value: (account) => account.name },
    {
      key: 'roles',
      title: t('accounts.roles'),
      value: (account) => account.roles.map((role) => t(`roles.${role}`, { defaultValue: role })).join(', '),
    },
    {
      key: 'organizations',
      title: t('accounts.organizations'),
      value: (account) => account.organizations.join(', '),
      render: (account) => <Organizations ids={account.organizations} />,
    },
    {
      key: 'state',
      title: t('accounts.state'),
      value: (account) => t(account.disabled ? 'accounts.disabled' : 'accounts.enabled'),
      render: (account) => (
        <StatusTag tone={account.disabled ? 'danger' : 'good'}>
          {t(account.disabled ? 'accounts.disabled' : 'accounts.enabled')}
        </StatusTag>
      ),
    },
    {
      key: 'lastSignInAt',
      title: t('accounts.lastSignIn'),
      value: (account) => account.lastSignInAt,
      render: (account) => <Time at={account.lastSignInAt} />,
    },
    {
      key: 'act',
      title: '',
      value: () => '',
      render: (account) => <Change account={account} edit={() => setEditing(account)} />,
    },
  ];
  return (
    <Page
      title={t('accounts.title')}
      about={t('accounts.about')}
      actions={
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('accounts.add')}
        </Button>
      }
    >
      <DataTable
        name="accounts"
        label={t('accounts.title')}
        columns={columns}
        rowKey={(account) => account.id}
        source={{
          queryKey: KEY,
          load: async ({ search, after, limit }, signal) => {
            const query = { q: search, after, limit: Math.min(limit, 200) };
            const { accounts, next } = await api.get<{ accounts: Account[]; next?: string }>('/api/access/accounts', {
              query,
              signal,
            });
            return { rows: accounts, next };
          },
        }}
      />
      {adding && <AccountForm close={() => setAdding(false)} />}
      {editing !== undefined && <AccountForm account={editing} close={() => setEditing(undefined)} />}
    </Page>
  );
}

function Organizations({ ids }: { ids: readonly string[] }) {
  const nameOf = useOrganizationNames(ids);
  return <>{ids.map(nameOf).join(', ')}</>;
}

interface Entered {
  username: string;
  name: string;
  roles: string[];
  organizations?: string;
  patient?: string;
  password?: string;
}

/** Adds an account, or changes name, roles and organizations of one. */
function AccountForm({ account, close }: { account?: Account; close: () => void }) {
  const { t } = useTranslation('kernel');
  const [form] = Form.useForm<Entered>();
  const notice = useNotice();
  const queries = useQueryClient();
  const keep = useMutation({
    mutationFn: ({ organizations = '', patient, ...entered }: Entered) => {
      const body = {
        ...entered,
        organizations: organizations.split(/[\s,,]+/).filter((id) => id !== ''),
        ...(patient !== undefined && patient !== '' && { patient }),
      };
      return account === undefined
        ? api.post('/api/access/accounts', body)
        : api.patch(`/api/access/accounts/${encodeURIComponent(account.id)}`, body);
    },
    onSuccess: async () => {
      notice.done(t(account === undefined ? 'accounts.added' : 'accounts.changed'));
      await queries.invalidateQueries({ queryKey: KEY });
      close();
    },
    onError: notice.failed,
  });
  return (
    <Modal
      open
      title={account === undefined ? t('accounts.add') : account.username}
      okText={t('accounts.save')}
      confirmLoading={keep.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(entered) => keep.mutate(entered)}
        initialValues={
          account === undefined
            ? { roles: [] }
            : { ...account, organizations: account.organizations.join(', '), patient: account.patient ?? undefined }
        }
      >
        {account === undefined && (
          <Form.Item name="username" label={t('accounts.username')} rules={[{ required: true }]}>
            <Input autoComplete="off" autoCapitalize="none" maxLength={200} />
          </Form.Item>
        )}
        <Form.Item name="name" label={t('accounts.name')} rules={[{ required: true }]}>
          <Input autoComplete="off" maxLength={200} />
        </Form.Item>
        <Form.Item name="roles" label={t('accounts.roles')} rules={[{ required: true }]}>
          <Select mode="multiple" options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))} />
        </Form.Item>
        <Form.Item name="organizations" label={t('accounts.organizationIds')}>
          <Input maxLength={2_000} />
        </Form.Item>
        <Form.Item name="patient" label={t('accounts.patient')}>
          <Input maxLength={64} />
        </Form.Item>
        {account === undefined && (
          <Form.Item name="password" label={t('accounts.password')} rules={[{ required: true }]}>
            <Input.Password autoComplete="new-password" maxLength={500} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function Change({ account, edit }: { account: Account; edit: () => void }) {
  const { t } = useTranslation('kernel');
  const { modal } = App.useApp();
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const place = `/api/access/accounts/${encodeURIComponent(account.id)}`;
  const setDisabled = useMutation({
    mutationFn: (disabled: boolean) => api.patch(place, { disabled }),
    onSuccess: (_, disabled) =>
      notice.done(t('accounts.changed'), {
        undo: () => api.patch(place, { disabled: !disabled }).then(() => queries.invalidateQueries({ queryKey: KEY })),
      }),
    onError: notice.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const reset = useMutation({
    mutationFn: () => api.post<{ password: string }>(`${place}/reset`),
    onSuccess: ({ password }) => {
      modal.success({
        title: t('accounts.resetDone', { name: account.username }),
        content: (
          <div className="stack">
            <Typography.Text code copyable>
              {password}
            </Typography.Text>
            <span>{t('accounts.resetAbout')}</span>
          </div>
        ),
      });
    },
    onError: notice.failed,
  });
  const disable = async () => {
    const answer = await ask({
      title: t('accounts.disableAsk', { name: account.name }),
      about: t('accounts.disableAbout'),
      act: t('accounts.disable'),
      danger: true,
    });
    if (answer !== undefined) setDisabled.mutate(true);
  };
  return (
    <div className="row">
      <Button size="small" onClick={edit}>
        {t('accounts.edit')}
      </Button>
      <Button size="small" loading={reset.isPending} onClick={() => reset.mutate()}>
        {t('accounts.reset')}
      </Button>
      {account.disabled ? (
        <Button size="small" onClick={() => setDisabled.mutate(false)}>
          {t('accounts.enable')}
        </Button>
      ) : (
        <Button size="small" danger onClick={disable}>
          {t('accounts.disable')}
        </Button>
      )}
    </div>
  );
}
