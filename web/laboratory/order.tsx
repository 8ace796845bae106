import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, Go, usePathValue } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, StatusTag, Time } from '../ui/index.ts';
import { type Names, STATE_TONES, useNameOf, type WorkLine } from './words.ts';

interface Answer {
  order: WorkLine;
  together: WorkLine[];
  reports: { id: string; status: string; issuedAt?: string }[];
  names: Names;
}

/** One order: where it stands, what was ordered with it, and its reports. */
export default function Order() {
  const id = usePathValue('id');
  const { t } = useTranslation('laboratory');
  const nameOf = useNameOf();
  const query = useQuery({
    queryKey: ['order', id],
    queryFn: ({ signal }) => api.get<Answer>(`/api/laboratory/orders/${encodeURIComponent(id)}`, { signal }),
  });
  if (query.isPending)
    return (
      <Page title={t('order.title', { number: '' })}>
        <Loading />
      </Page>
    );
  if (query.isError)
    return (
      <Page title={t('order.title', { number: '' })}>
        <Failure error={query.error} retry={() => query.refetch()} />
      </Page>
    );
  const { order, together, reports, names } = query.data;
  const at = (time: string | undefined) =>
    time === undefined ? <span className="quiet">{t('order.notYet')}</span> : <Time at={time} />;
  return (
    <Page
      title={t('order.title', { number: order.number ?? order.id })}
      about={order.name}
      trail={<Go to="/laboratory/orders">{t('orders.title')}</Go>}
    >
      <div className="columns">
        <Panel title={t('order.steps')}>
          <Facts
            facts={[
              [
                t('orders.state'),
                <StatusTag key="state" tone={STATE_TONES[order.state]}>
                  {t(`states.${order.state}`)}
                </StatusTag>,
              ],
              [t('orders.priority'), t(`priorities.${order.priority}`)],
              [
                t('orders.patient'),
                <Go key="patient" to={`/records/people/${order.patient}`}>
                  {order.patientName ?? order.patient}
                </Go>,
              ],
              [t('orders.site'), nameOf(order.site, names)],
              [t('order.requisition'), order.requisition],
              [
                t('orders.specimen'),
                order.accessions.map((accession) => (
                  <Go key={accession} to={`/laboratory/specimens/${encodeURIComponent(accession)}`}>
                    {accession}{' '}
                  </Go>
                )),
              ],
              [t('orders.ordered'), at(order.orderedAt)],
              [t('order.collected'), at(order.collectedAt)],
              [t('order.pickedUp'), at(order.pickedUpAt)],
              [t('order.arrived'), at(order.arrivedAt)],
              [t('order.resulted'), at(order.resultedAt)],
              [t('order.reported'), at(order.reportedAt)],
              [
                t('orders.turnaround'),
                order.turnaroundMin === undefined ? undefined : t('orders.minutes', { count: order.turnaroundMin }),
              ],
            ]}
          />
          <p className="plot-note">{t('order.turnaroundNote')}</p>
        </Panel>
        <Panel title={t('order.reports')}>
          {reports.length === 0 && <p className="quiet">{t('order.noReport')}</p>}
          {reports.map((report) => (
            <div key={report.id} className="row">
              <Go to={`/laboratory/reports/${report.id}`}>
                {t(`statuses.${report.status}`, { defaultValue: report.status })}
              </Go>{' '}
              <Time at={report.issuedAt} />
            </div>
          ))}
        </Panel>
        {together.length > 0 && (
          <Panel title={t('order.together')}>
            {together.map((other) => (
              <div key={other.id} className="row">
                <Go to={`/laboratory/orders/${other.id}`}>{other.name ?? other.number ?? other.id}</Go>
                <StatusTag tone={STATE_TONES[other.state]}>{t(`states.${other.state}`)}</StatusTag>
              </div>
            ))}
          </Panel>
        )}
      </div>
    </Page>
  );
}
