import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CERTIFICATE_STATES, type CertificateLine, type CertificateState } from '../../src/modules/exchange/model.ts';
import { api, Go } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, StatusTag, Time, type Tone } from '../ui/index.ts';
import { partyName, said, useAct } from './offering-ask.ts';

const TONES: Readonly<Record<CertificateState, Tone>> = { 'in-force': 'good', suspended: 'warning', revoked: 'danger' };

/** Certificates that one holds; who may, changes them. */
export default function Certificates() {
  const { t } = useTranslation('exchange');
  const query = useQuery({
    queryKey: ['exchange', 'certificates'],
    queryFn: ({ signal }) =>
      api.get<{ certificates: CertificateLine[]; mayChange: boolean }>('/api/exchange/certificates', { signal }),
  });
  return (
    <Page
      title={t('certificates.title')}
      about={t('certificates.about')}
      actions={<Go to="/verify">{t('certificates.check')}</Go>}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.certificates.length === 0 ? (
          <Empty title={t('certificates.none')}>{t('certificates.noneAbout')}</Empty>
        ) : (
          <List {...query.data} />
        ))}
    </Page>
  );
}

function List({ certificates, mayChange }: { certificates: CertificateLine[]; mayChange: boolean }) {
  const { t } = useTranslation('exchange');
  const [changing, setChanging] = useState<CertificateLine>();
  return (
    <>
      <DataTable<CertificateLine>
        name="certificates"
        label={t('certificates.title')}
        rowKey={({ id }) => id}
        source={{ rows: certificates }}
        searchable
        columns={[
          {
            key: 'name',
            title: t('certificates.name'),
            value: ({ title }) => said(title),
            render: ({ id, title, signed }) => (signed ? <Go to={`/verify/${id}`}>{said(title)}</Go> : said(title)),
            sortable: true,
            phoneTitle: true,
          },
          {
            key: 'kind',
            title: t('certificates.kind'),
            value: ({ kind }) => t(`certificates.kinds.${kind}`),
            sortable: true,
          },
          {
            key: 'holder',
            title: t('certificates.holder'),
            value: ({ holder }) => partyName(holder),
            sortable: true,
          },
          {
            key: 'state',
            title: t('certificates.state'),
            value: ({ state }) => t(`certificates.states.${state}`),
            render: ({ state, signed }) => (
              <StatusTag tone={signed ? TONES[state] : 'info'}>
                {t(`certificates.states.${signed ? state : 'signing'}`)}
              </StatusTag>
            ),
            sortable: true,
          },
          {
            key: 'issued',
            title: t('certificates.issued'),
            value: ({ issuedAt }) => issuedAt,
            render: ({ issuedAt }) => <Time at={issuedAt} />,
            sortable: true,
          },
          ...(mayChange
            ? [
                {
                  key: 'change',
                  title: t('certificates.change'),
                  value: () => '',
                  render: (line: CertificateLine) =>
                    line.state !== 'revoked' && (
                      <Button size="small" onClick={() => setChanging(line)}>
                        {t('certificates.change')}
                      </Button>
                    ),
                },
              ]
            : []),
        ]}
      />
      {changing !== undefined && <Change line={changing} close={() => setChanging(undefined)} />}
    </>
  );
}

function Change({ line, close }: { line: CertificateLine; close: () => void }) {
  const { t } = useTranslation('exchange');
  const [form] = Form.useForm<{ state: CertificateState; reason: string }>();
  const change = useAct(
    (decision: { state: CertificateState; reason: string }) =>
      api.post<void>(`/api/exchange/certificates/${line.id}/state`, decision),
    close,
  );
  return (
    <Modal
      open
      title={t('certificates.changeTitle')}
      okText={t('certificates.act')}
      confirmLoading={change.isPending}
      onCancel={close}
      onOk={() => form.submit()}
    >
      <p>{said(line.title)}</p>
      <Form form={form} layout="vertical" onFinish={(decision) => change.mutate(decision)}>
        <Form.Item name="state" rules={[{ required: true, message: '' }]}>
          <Radio.Group
            aria-label={t('certificates.state')}
            options={CERTIFICATE_STATES.filter((state) => state !== line.state).map((value) => ({
              value,
              label: t(`certificates.to.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="reason" label={t('certificates.reason')} rules={[{ required: true, message: '' }]}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
