import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, useAddressValue } from '../shell/index.ts';
import { type Column, DataTable, Page, useAsk, useNotice } from '../ui/index.ts';
import { ROLES } from './roles.ts';

interface Policy {
  role: string;
  /** An act, a FHIR resource type, or `*`. */
  target: string;
  scope: string;
  verbs: string;
  /** Codes of HL7 v3 ActReason; none: any purpose. */
  purposes?: readonly string[];
}

const KEY = ['policies'] as const;
const PURPOSES = ['TREAT', 'HOPERAT', 'HRESCH', 'PUBHLTH', 'PATRQT'] as const;
const SCOPES = ['all', 'organization', 'care', 'laboratory', 'self', 'catalogue', 'none'] as const;

/** Which role may do what, to whose data; a change holds from the next request on. */
export default function Policies() {
  const { t } = useTranslation('kernel');
  const [role, setRole] = useAddressValue('role');
  const [adding, setAdding] = useState(false);
  const verbsOf = ({ verbs }: Policy) =>
    verbs === '' ? t('policies.nothing') : [...verbs].map((verb) => t(`policies.verbs.${verb}`)).join(', ');
  const targetOf = ({ target }: Policy) => (target === '*' ? t('policies.everything') : target);
  const columns: Column<Policy>[] = [
    {
      key: 'role',
      title: t('policies.role'),
      value: (policy) => t(`roles.${policy.role}`, { defaultValue: policy.role }),
      phoneTitle: true,
      sortable: true,
    },
    {
      key: 'target',
      title: t('policies.target'),
      value: targetOf,
      render: (policy) => (policy.target === '*' ? t('policies.everything') : <code>{policy.target}</code>),
      sortable: true,
    },
    { key: 'verbs', title: t('policies.may'), value: verbsOf },
    {
      key: 'scope',
      title: t('policies.scope'),
      value: (policy) => t(`policies.scopes.${policy.scope}`),
      sortable: true,
    },
    {
      key: 'purposes',
      title: t('policies.purposes'),
      value: ({ purposes = [] }) =>
        purposes.length === 0
          ? t('policies.anyPurpose')
          : purposes.map((code) => t(`shell:purpose.${code}`)).join(', '),
    },
    { key: 'act', title: '', value: () => '', render: (policy) => <Remove policy={policy} /> },
  ];
  return (
    <Page
      title={t('policies.title')}
      about={t('policies.about')}
      actions={
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('policies.add')}
        </Button>
      }
    >
      <DataTable
        name="policies"
        label={t('policies.title')}
        columns={columns}
        rowKey={({ role: of, target, scope }) => `${of} ${target} ${scope}`}
        searchable={false}
        source={{
          queryKey: [...KEY, role],
          load: async (_, signal) => {
            const { policies } = await api.get<{ policies: Policy[] }>('/api/access/policies', { signal });
            return { rows: policies.filter((policy) => role === '' || policy.role === role) };
          },
        }}
        filters={
          <Select
            aria-label={t('policies.role')}
            placeholder={t('policies.role')}
            allowClear
            style={{ minWidth: 220 }}
            value={role === '' ? null : role}
            onChange={(value) => setRole(value ?? '')}
            options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))}
          />
        }
      />
      {adding && <PolicyForm close={() => setAdding(false)} />}
    </Page>
  );
}

function PolicyForm({ close }: { close: () => void }) {
  const { t } = useTranslation('kernel');
  const [form] = Form.useForm<Policy>();
  const notice = useNotice();
  const queries = useQueryClient();
  const put = useMutation({
    mutationFn: (policy: Policy) => api.put('/api/access/policies', { ...policy, verbs: policy.verbs ?? '' }),
    onSuccess: async () => {
      notice.done(t('policies.changed'));
      await queries.invalidateQueries({ queryKey: KEY });
      close();
    },
    onError: notice.failed,
  });
  return (
    <Modal
      open
      title={t('policies.add')}
      okText={t('accounts.save')}
      confirmLoading={put.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(policy) => put.mutate(policy)}>
        <Form.Item name="role" label={t('policies.role')} rules={[{ required: true }]}>
          <Select options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="target"
          label={t('policies.target')}
          extra={t('policies.targetHint')}
          rules={[{ required: true }]}
        >
          <Input autoComplete="off" maxLength={100} />
        </Form.Item>
        <Form.Item name="scope" label={t('policies.scope')} rules={[{ required: true }]}>
          <Select options={SCOPES.map((value) => ({ value, label: t(`policies.scopes.${value}`) }))} />
        </Form.Item>
        <Form.Item name="verbs" label={t('policies.may')} extra={t('policies.verbsHint')}>
          <Input autoComplete="off" maxLength={5} />
        </Form.Item>
        <Form.Item name="purposes" label={t('policies.purposes')}>
          <Select
            mode="multiple"
            placeholder={t('policies.anyPurpose')}
            options={PURPOSES.map((value) => ({ value, label: t(`shell:purpose.${value}`) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Remove({ policy }: { policy: Policy }) {
  const { t } = useTranslation('kernel');
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: KEY });
  const remove = async () => {
    const { role, target, scope } = policy;
    const answer = await ask({
      title: t('policies.removeAsk'),
      about: t('policies.removeAbout', { role: t(`roles.${role}`, { defaultValue: role }), target }),
      act: t('policies.remove'),
      danger: true,
    });
    if (answer === undefined) return;
    try {
      await api.remove('/api/access/policies', { query: { role, target, scope } });
      notice.done(t('policies.removed'), { undo: () => api.put('/api/access/policies', policy).then(refresh) });
    } catch (error) {
      notice.failed(error);
    }
    await refresh();
  };
  return (
    <Button size="small" danger onClick={remove}>
      {t('policies.remove')}
    </Button>
  );
}
