import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { NoticeLine } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import { partyName, said, useNotices } from './offering-ask.ts';

/** What is about to be registered: whoever has something against it says so here. */
export default function Notices() {
  const { t } = useTranslation('exchange');
  const [open, setOpen] = useAddressValue('open');
  const query = useNotices(open);
  return (
    <Page title={t('notices.title')} about={t('notices.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <DataTable<NoticeLine>
          name="notices"
          label={t('notices.title')}
          emptyText={t('notices.none')}
          rowKey={({ offeringId, version }) => `${offeringId}/${version}`}
          source={{ rows: query.data.notices }}
          filters={
            <Select
              aria-label={t('offering.state')}
              placeholder={t('offering.state')}
              allowClear
              popupMatchSelectWidth={false}
              {...(open !== '' && { value: open })}
              onChange={(value?: string) => setOpen(value ?? '')}
              options={[
                { value: 'true', label: t('notices.open') },
                { value: 'false', label: t('notices.closed') },
              ]}
            />
          }
          columns={[
            {
              key: 'title',
              title: t('offering.one'),
              value: ({ title }) => said(title),
              render: ({ offeringId, version, title }) => (
                <Go to={`/exchange/notices/${offeringId}/${version}`}>{said(title)}</Go>
              ),
              sortable: true,
              phoneTitle: true,
            },
            { key: 'holder', title: t('offering.holder'), value: ({ holder }) => partyName(holder), sortable: true },
            {
              key: 'state',
              title: t('offering.state'),
              value: ({ outcome }) => outcome ?? 'open',
              render: (line) => <NoticeState line={line} />,
            },
            {
              key: 'until',
              title: t('notices.until'),
              value: ({ until }) => until,
              render: ({ until }) => <Time at={until} />,
              sortable: true,
            },
            {
              key: 'objections',
              title: t('notices.objections'),
              value: ({ openObjections }) => openObjections,
              end: true,
            },
          ]}
        />
      )}
    </Page>
  );
}

export function NoticeState({ line }: { line: NoticeLine }) {
  const { t } = useTranslation('exchange');
  if (line.outcome !== null)
    return (
      <StatusTag tone={line.outcome === 'certified' ? 'good' : 'danger'}>
        {t(`notices.outcomes.${line.outcome}`)}
      </StatusTag>
    );
  return line.openObjections > 0 ? (
    <StatusTag tone="warning">{t('notices.held')}</StatusTag>
  ) : (
    <StatusTag tone="info">{t('notices.open')}</StatusTag>
  );
}
