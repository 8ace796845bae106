import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FundLine } from '../../src/modules/cluster/model.ts';
import { api, useAddressValue, useGo } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page } from '../ui/index.ts';
import { AddressSwitch, useClusterAct, useFigureWords, useFunds, useMoney } from './fund-ask.tsx';
import { nameOf } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import './record.css';

/** Every fund on file, with the figures that its books support. */
export default function Funds() {
  const { t } = useTranslation('cluster');
  const [examples] = useAddressValue('examples');
  const [making, setMaking] = useState(false);
  const query = useFunds(examples === 'yes');
  return (
    <Page
      title={t('funds.title')}
      about={t('funds.about')}
      actions={
        query.data?.mayCreate === true && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
            {t('funds.make')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <List funds={query.data.funds} filters={<AddressSwitch name="examples" label={t('funds.examples')} />} />
      )}
      {making && <MakeFund funds={query.data?.funds ?? []} close={() => setMaking(false)} />}
    </Page>
  );
}

function List({ funds, filters }: { funds: readonly FundLine[]; filters: React.ReactNode }) {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  const words = useFigureWords();
  const figure = (name: keyof FundLine['ratios']) => ({
    key: name,
    title: name === 'netRate' ? t('funds.netRate') : name.toUpperCase(),
    value: ({ ratios }: FundLine) => words(ratios[name], name),
    end: true,
  });
  if (funds.length === 0)
    return (
      <Empty title={t('funds.none')}>
        {t('funds.noneAbout')}
        {filters}
      </Empty>
    );
  return (
    <DataTable<FundLine>
      name="funds"
      label={t('funds.title')}
      rowKey={({ id }) => id}
      source={{ rows: funds }}
      searchable
      filters={filters}
      columns={[
        {
          key: 'name',
          title: t('funds.name'),
          value: nameOf,
          render: (fund) => <ThingLink thing={fund} to={`/cluster/funds/${fund.id}`} />,
          sortable: true,
          phoneTitle: true,
        },
        { key: 'mother', title: t('funds.mother'), value: ({ mother }) => (mother === null ? '' : nameOf(mother)) },
        { key: 'size', title: t('funds.size'), value: ({ size }) => money(size), end: true },
        { key: 'keeper', title: t('funds.keeper'), value: ({ keeperName }) => keeperName ?? t('funds.noBooks') },
        ...(['pic', 'dpi', 'tvpi', 'netRate'] as const).map(figure),
      ]}
    />
  );
}

interface Made {
  name: string;
  nameZh?: string;
  mother?: string;
}

function MakeFund({ funds, close }: { funds: readonly FundLine[]; close: () => void }) {
  const { t } = useTranslation('cluster');
  const go = useGo();
  const [form] = Form.useForm<Made>();
  const make = useClusterAct(
    (made: Made) =>
      api.post<{ id: string }>('/api/cluster/funds', {
        name: made.name,
        ...(made.nameZh && { nameZh: made.nameZh }),
        ...(made.mother && { mother: made.mother }),
      }),
    ({ id }) => go(`/cluster/funds/${id}`),
  );
  return (
    <Modal
      open
      title={t('funds.make')}
      okText={t('funds.make')}
      cancelText={t('funds.cancel')}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Made> form={form} layout="vertical" onFinish={(made) => make.mutate(made)}>
        <Form.Item name="name" label={t('funds.makeName')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={400} />
        </Form.Item>
        <Form.Item name="nameZh" label={t('funds.makeNameZh')}>
          <Input maxLength={400} />
        </Form.Item>
        <Form.Item name="mother" label={t('funds.makeMother')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={funds.map((fund) => ({ value: fund.id, label: nameOf(fund) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
