import { Checkbox, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { APPLICATION_STATES, type ApplicationLine, type ApplicationState } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { DataTable, Page, StatusTag, Time, type Tone } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { type ApplicationList, applicationActs, useBoth, useYuan } from './policy-ask.ts';

export const STATE_TONES: Record<ApplicationState, Tone> = {
  draft: 'neutral',
  offered: 'primary',
  submitted: 'info',
  received: 'info',
  returned: 'warning',
  accepted: 'info',
  proposed: 'warning',
  decided: 'primary',
  paid: 'good',
  refused: 'danger',
  withdrawn: 'neutral',
};
const PAGE_ROWS = 50;

/** The desk's applications, or the enterprise's own. */
export default function Applications() {
  const { t, i18n } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  const { values, set } = useAddressValues();
  const [state, overdue] = [String(values['state'] ?? ''), String(values['overdue'] ?? '')];
  const [titles, setTitles] = useState<ApplicationList['titles']>({});
  const [isDesk, setDesk] = useState(false);
  const titleOf = ({ policy, clause }: ApplicationLine) => {
    const found = titles[`${policy}/${clause}`];
    return found === undefined ? `${policy}/${clause}` : both(found.clause);
  };
  const enterpriseOf = ({ enterprise: { name, nameZh } }: ApplicationLine) =>
    i18n.language.startsWith('zh') ? (nameZh ?? name) : name;
  return (
    <Page
      title={t('applications.title')}
      about={t('applications.about')}
      trail={<Go to="/cluster/policies">{t('applications.toPolicies')}</Go>}
    >
      <DataTable<ApplicationLine>
        name="applications"
        label={t('applications.title')}
        rowKey={({ id }) => id}
        emptyText={t(isDesk ? 'applications.noneDesk' : 'applications.noneOwn')}
        filters={
          <>
            <Select
              aria-label={t('applications.state')}
              style={{ minWidth: 170 }}
              value={state}
              onChange={(chosen) => set({ state: chosen })}
              options={[
                { value: '', label: t('applications.all') },
                ...APPLICATION_STATES.map((value) => ({ value, label: t(`applications.states.${value}`) })),
              ]}
            />
            <Checkbox
              checked={overdue === 'yes'}
              onChange={(event) => set({ overdue: event.target.checked ? 'yes' : '' })}
            >
              {t('applications.overdueOnly')}
            </Checkbox>
          </>
        }
        source={{
          queryKey: ['cluster', 'applications', state, overdue],
          load: async ({ after = '0' }, signal) => {
            const found = await applicationActs.list(
              { state, overdue, limit: PAGE_ROWS, offset: Number(after) },
              signal,
            );
            setTitles((before) => ({ ...before, ...found.titles }));
            setDesk(found.isDesk);
            const end = Number(after) + found.applications.length;
            return { rows: found.applications, next: end < found.total ? String(end) : undefined };
          },
        }}
        columns={[
          {
            key: 'clause',
            title: t('applications.clause'),
            value: titleOf,
            render: (row) => <Go to={`/cluster/applications/${row.id}`}>{titleOf(row)}</Go>,
            phoneTitle: true,
          },
          {
            key: 'enterprise',
            title: t('policies.enterprise'),
            value: enterpriseOf,
            render: (row) => (
              <>
                {enterpriseOf(row)} <ExampleTag on={row.enterprise.example} />
              </>
            ),
          },
          {
            key: 'state',
            title: t('applications.state'),
            value: (row) => row.state,
            render: (row) => (
              <StatusTag tone={STATE_TONES[row.state]}>{t(`applications.states.${row.state}`)}</StatusTag>
            ),
          },
          {
            key: 'amount',
            title: t('applications.amount'),
            end: true,
            value: ({ amount }) => (amount === null ? null : amount / 100),
            render: ({ amount }) => (amount === null ? '–' : yuan(amount)),
          },
          {
            key: 'paid',
            title: t('applications.paid'),
            end: true,
            value: ({ paid }) => paid / 100,
            render: ({ paid }) => yuan(paid),
          },
          {
            key: 'due',
            title: t('applications.due'),
            value: ({ dueAt }) => dueAt,
            render: (row) =>
              row.dueAt === null ? (
                '–'
              ) : (
                <>
                  <Time at={row.dueAt} form="date" />{' '}
                  {row.isOverdue && <StatusTag tone="danger">{t('applications.overdue')}</StatusTag>}
                </>
              ),
          },
          {
            key: 'changed',
            title: t('applications.changed'),
            value: (row) => row.changedAt,
            render: (row) => <Time at={row.changedAt} />,
          },
        ]}
      />
    </Page>
  );
}
