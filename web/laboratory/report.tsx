import { PrinterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Interval, ResultLine } from '../../src/modules/laboratory/model.ts';
import { api, Go, usePathValue } from '../shell/index.ts';
import { DataTable, Facts, Failure, Loading, Page, Panel, PersonBanner, StatusTag, Time } from '../ui/index.ts';
import { FLAG_TONES } from './words.ts';

interface ReportView {
  id: string;
  status: string;
  name: string;
  issuedAt?: string;
  performer?: string;
  patient: { id: string; name?: string; sex?: 'male' | 'female' | 'other' | 'unknown'; birthDate?: string };
  accessions: string[];
  orders: string[];
  conclusion?: string;
  results: ResultLine[];
}

/** A report: each result with its flag, its interval and where the interval comes from, and the value before. Fit to print. */
export default function Report() {
  const id = usePathValue('id');
  const { t, i18n } = useTranslation('laboratory');
  const query = useQuery({
    queryKey: ['report', id],
    queryFn: ({ signal }) => api.get<ReportView>(`/api/laboratory/reports/${encodeURIComponent(id)}`, { signal }),
  });
  if (query.isPending)
    return (
      <Page title={t('report.title')}>
        <Loading />
      </Page>
    );
  if (query.isError)
    return (
      <Page title={t('report.title')}>
        <Failure error={query.error} retry={() => query.refetch()} />
      </Page>
    );
  const report = query.data;
  const chinese = i18n.language === 'zh';
  const { name = report.patient.id, sex, birthDate } = report.patient;
  return (
    <Page
      title={report.name || t('report.title')}
      about={t(`statuses.${report.status}`, { defaultValue: report.status })}
      actions={
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('report.print')}
        </Button>
      }
    >
      <PersonBanner person={{ name, sex, birthDate }} />
      <Panel flush>
        <DataTable<ResultLine>
          name="report"
          label={t('report.title')}
          rowKey={(line) => line.id}
          source={{ rows: report.results }}
          emptyText={t('report.empty')}
          columns={[
            {
              key: 'test',
              title: t('report.test'),
              value: (line) => line.name[chinese ? 'zh' : 'en'],
              phoneTitle: true,
            },
            {
              key: 'result',
              title: t('report.result'),
              value: (line) => line.value ?? line.text,
              end: true,
              render: (line) => <strong className="numbers">{line.value ?? line.text ?? ''}</strong>,
            },
            { key: 'unit', title: t('report.unit'), value: (line) => line.unit },
            {
              key: 'flag',
              title: t('report.flag'),
              value: (line) => line.flag,
              render: (line) =>
                line.flag === undefined ? (
                  ''
                ) : (
                  <span title={line.flagDerived ? t('report.derived') : t('report.fromReport')}>
                    <StatusTag
                      tone={FLAG_TONES[line.flag]}
                    >{`${t(`flags.${line.flag}`)}${line.flagDerived ? ' *' : ''}`}</StatusTag>
                  </span>
                ),
            },
            { key: 'interval', title: t('report.interval'), value: (line) => intervalText(line.interval) },
            {
              key: 'source',
              title: t('report.source'),
              value: (line) => (line.interval?.source === 'report' ? t('report.fromReport') : line.interval?.source),
            },
            {
              key: 'previous',
              title: t('report.previous'),
              value: (line) => line.previous?.value ?? line.previous?.text,
              end: true,
              render: (line) =>
                line.previous === undefined ? (
                  ''
                ) : (
                  <span className="numbers">
                    {line.previous.value ?? line.previous.text} <Time at={line.previous.at} form="date" />
                  </span>
                ),
            },
          ]}
        />
      </Panel>
      <p className="plot-note">{`* ${t('report.derived')}`}</p>
      <Panel>
        <Facts
          facts={[
            [t('report.issued'), <Time key="issued" at={report.issuedAt} />],
            [t('report.performer'), report.performer],
            [
              t('report.specimens'),
              report.accessions.map((accession) => (
                <Go key={accession} to={`/laboratory/specimens/${encodeURIComponent(accession)}`}>
                  {accession}{' '}
                </Go>
              )),
            ],
            [t('report.conclusion'), report.conclusion],
          ]}
        />
      </Panel>
    </Page>
  );
}

function intervalText(interval: Interval | undefined): string {
  if (interval === undefined) return '';
  const { low, high, text } = interval;
  if (low !== undefined && high !== undefined) return `${low} – ${high}`;
  if (high !== undefined) return `≤ ${high}`;
  return low === undefined ? (text ?? '') : `≥ ${low}`;
}
