import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { QuarterlyReport, ReportSection } from '../../src/modules/cluster/model.ts';
import { api, Go, language } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, Panel } from '../ui/index.ts';
import { useSaved } from './fund-ask.tsx';

const PATH = '/api/cluster/report';

/** The quarterly report, to read here or to take along. */
export default function Report() {
  const { t } = useTranslation('cluster');
  const query = useQuery({
    queryKey: ['cluster', 'report', language()],
    queryFn: ({ signal }) => api.get<QuarterlyReport>(PATH, { signal }),
  });
  const pdf = useSaved('cluster-report.pdf', `${PATH}?format=pdf`);
  const xlsx = useSaved('cluster-report.xlsx', `${PATH}?format=xlsx`);
  return (
    <Page
      title={t('report.title')}
      about={query.data && t('report.about', { quarter: query.data.quarter, to: query.data.to })}
      trail={<Go to="/cluster/targets">{t('targets.title')}</Go>}
      actions={
        <>
          <Button icon={<DownloadOutlined />} loading={pdf.isPending} onClick={() => pdf.mutate()}>
            {t('report.pdf')}
          </Button>
          <Button icon={<DownloadOutlined />} loading={xlsx.isPending} onClick={() => xlsx.mutate()}>
            {t('report.xlsx')}
          </Button>
        </>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          {query.data.sections.map((section) => (
            <Section key={section.key} section={section} />
          ))}
        </div>
      )}
    </Page>
  );
}

function Section({ section: { key, title, about, columns, rows } }: { section: ReportSection }) {
  const { t } = useTranslation('cluster');
  return (
    <Panel title={title}>
      <p className="quiet">{about}</p>
      <DataTable<ReportSection['rows'][number]>
        name={`report-${key}`}
        label={t('funds.table', { name: title })}
        searchable={false}
        rowKey={(row) => row.map(String).join('|')}
        source={{ rows }}
        few={40}
        emptyText={t('report.nothing')}
        columns={columns.map((column, at) => ({
          key: String(at),
          title: column.title,
          value: (row) => row[at],
          render: (row) => {
            const cell = row[at];
            return typeof cell === 'number' && (cell < 1900 || cell > 2100)
              ? cell.toLocaleString(language(), { maximumFractionDigits: 4 })
              : cell;
          },
          end: column.isEnd,
          phoneTitle: at === 0,
        }))}
      />
    </Panel>
  );
}
