import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AssessmentLine, AssessmentState } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, StatusTag, Time, type Tone } from '../ui/index.ts';
import { partyName, said, useAssessments } from './offering-ask.ts';

const TONES: Readonly<Record<AssessmentState, Tone>> = {
  open: 'warning',
  seconded: 'info',
  approved: 'good',
  returned: 'danger',
};

/** What waits for an assessor, and what was decided. */
export default function Assessments() {
  const { t } = useTranslation('exchange');
  const [state, setState] = useAddressValue('state');
  const query = useAssessments(state);
  return (
    <Page title={t('assess.title')} about={t('assess.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <DataTable<AssessmentLine>
          name="assessments"
          label={t('assess.title')}
          emptyText={t('assess.none')}
          rowKey={({ offeringId, version }) => `${offeringId}/${version}`}
          source={{ rows: query.data.assessments }}
          filters={
            <Select
              aria-label={t('offering.state')}
              placeholder={t('offering.state')}
              allowClear
              popupMatchSelectWidth={false}
              {...(state !== '' && { value: state })}
              onChange={(value?: string) => setState(value ?? '')}
              options={(Object.keys(TONES) as AssessmentState[]).map((value) => ({
                value,
                label: t(`assess.states.${value}`),
              }))}
            />
          }
          columns={[
            {
              key: 'title',
              title: t('offering.one'),
              value: ({ title }) => said(title),
              render: ({ offeringId, version, title }) => (
                <Go to={`/exchange/assessments/${offeringId}/${version}`}>{said(title)}</Go>
              ),
              sortable: true,
              phoneTitle: true,
            },
            {
              key: 'state',
              title: t('offering.state'),
              value: (line) => t(`assess.states.${line.state}`),
              render: (line) => <StatusTag tone={TONES[line.state]}>{t(`assess.states.${line.state}`)}</StatusTag>,
            },
            { key: 'version', title: t('offering.version'), value: ({ version }) => version, end: true },
            { key: 'holder', title: t('offering.holder'), value: ({ holder }) => partyName(holder), sortable: true },
            { key: 'kind', title: t('offering.kind'), value: ({ kind }) => t(`offering.kinds.${kind}`) },
            { key: 'judged', title: t('assess.judged'), value: ({ judged, items }) => `${judged}/${items}`, end: true },
            {
              key: 'eyes',
              title: t('assess.eyes'),
              value: ({ fourEyes }) => t(fourEyes ? 'assess.fourEyes' : 'assess.twoEyes'),
            },
            {
              key: 'opened',
              title: t('assess.since'),
              value: ({ openedAt }) => openedAt,
              render: ({ openedAt }) => <Time at={openedAt} />,
              sortable: true,
            },
          ]}
        />
      )}
    </Page>
  );
}
