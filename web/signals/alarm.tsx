import { FilePdfOutlined, PrinterOutlined } from '@ant-design/icons';
import { Alert, Button, Dropdown, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Alarm,
  type AlarmEvent,
  type AlarmGround,
  type AlarmNotice,
  type AlarmPage,
  detectorOf,
  EVERYWHERE,
  factsOf,
  type LineListRow,
  NOTE_KINDS,
  type NoteKind,
  type Outlook,
} from '../../src/modules/signals/model.ts';
import { Go, useDistricts, usePathValue, useSession } from '../shell/index.ts';
import {
  DataTable,
  Empty,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  Plot,
  StatusTag,
  Time,
  Timeline,
  type Tone,
} from '../ui/index.ts';
import { Moves } from './alarm-moves.tsx';
import { Curve } from './curve.tsx';
import { STATE_TONES, useAct, useAlarm, useLineList, useOutlook, usePdf, useSubject } from './desk-ask.ts';
import { pairPath } from './safety-ask.ts';
import { useCurve, useNumber } from './watch-ask.ts';
import { outlookOption } from './watch-plots.ts';
import './watch.css';

/** One alarm: why it was raised, what was done, who the cases are, how fast it spreads. */
export default function AlarmOne() {
  const { t } = useTranslation('signals');
  const query = useAlarm(usePathValue('id'));
  const subjectOf = useSubject();
  const trail = <Go to="/signals/alarms">{t('alarm.back')}</Go>;
  if (query.isPending || query.isError)
    return (
      <Page title={t('alarm.plain')} trail={trail}>
        {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  const { alarm } = query.data;
  return (
    <Page title={subjectOf(alarm)} trail={trail} actions={<Acts page={query.data} />}>
      <div className="stack">
        <Head alarm={alarm} />
        <Told notices={query.data.notices} />
        {alarm.kind === 'outbreak' && <Picture alarm={alarm} />}
        <Grounds alarm={alarm} />
        {alarm.kind === 'outbreak' && <Spread alarm={alarm} />}
        {alarm.kind === 'outbreak' && <LineList page={query.data} />}
        <Notes alarm={alarm} />
        <Done events={query.data.events} />
      </div>
    </Page>
  );
}

function Head({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation('signals');
  const { disease, place = EVERYWHERE, product, reaction, plan } = alarm.subject as Record<string, string | undefined>;
  return (
    <Panel>
      <Figures
        figures={[
          { label: t('alarm.figures.cases'), value: alarm.cases },
          { label: t('alarm.figures.since'), value: alarm.first },
          {
            label: t('alarm.figures.state'),
            value: <StatusTag tone={STATE_TONES[alarm.state]}>{t(`alarms.states.${alarm.state}`)}</StatusTag>,
          },
        ]}
      />
      {disease !== undefined && (
        <p className="no-print">
          <Go to={`/signals/outbreaks/${disease}?place=${place}`}>{t('alarm.curve')}</Go>
        </p>
      )}
      {product !== undefined && reaction !== undefined && (
        <p className="row no-print">
          <Go to={pairPath(product, reaction)}>{t('safety.pairLink')}</Go>
          {plan !== undefined && <Go to={`/signals/monitoring/${plan}`}>{t('safety.planLink')}</Go>}
        </p>
      )}
    </Panel>
  );
}

function Acts({ page }: { page: AlarmPage }) {
  const { t } = useTranslation('signals');
  return (
    <>
      <Moves page={page} />
      <Pdf alarm={page.alarm} />
      <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
        {t('alarm.print')}
      </Button>
    </>
  );
}

/** Who was told by name, and who has seen it. */
function Told({ notices }: { notices: readonly AlarmNotice[] }) {
  const { t } = useTranslation('signals');
  if (notices.length === 0) return null;
  return (
    <Panel title={t('notices.told')} flush>
      <DataTable<AlarmNotice>
        name="told"
        label={t('notices.table')}
        rowKey={({ id }) => id}
        source={{ rows: notices }}
        columns={[
          { key: 'who', title: t('notices.who'), value: ({ accountName }) => accountName, phoneTitle: true },
          { key: 'by', title: t('notices.by'), value: ({ actorName }) => actorName },
          { key: 'at', title: t('notices.at'), value: ({ at }) => new Date(at), render: ({ at }) => <Time at={at} /> },
          { key: 'why', title: t('alarm.reason'), value: ({ text }) => text },
          {
            key: 'seen',
            title: t('notices.seen'),
            value: ({ acknowledgedAt }) => (acknowledgedAt === null ? '' : new Date(acknowledgedAt)),
            render: ({ acknowledgedAt }) =>
              acknowledgedAt === null ? (
                <StatusTag tone="warning">{t('notices.waiting')}</StatusTag>
              ) : (
                <Time at={acknowledgedAt} />
              ),
          },
        ]}
      />
    </Panel>
  );
}

/** The report as a file; with names only for who may see the line list. */
function Pdf({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const pdf = usePdf(`alarm-${alarm.key.replaceAll('/', '-')}`);
  const path = `/api/signals/alarms/${alarm.id}/report.pdf`;
  const button = (
    <Button icon={<FilePdfOutlined />} loading={pdf.isPending}>
      {t('alarm.pdf')}
    </Button>
  );
  if (alarm.kind !== 'outbreak' || !may('signals.case.read'))
    return (
      <Button icon={<FilePdfOutlined />} loading={pdf.isPending} onClick={() => pdf.mutate(path)}>
        {t('alarm.pdf')}
      </Button>
    );
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'coded', label: t('alarm.pdfCoded') },
          { key: 'named', label: t('alarm.pdfNamed') },
        ],
        onClick: ({ key }) => pdf.mutate(key === 'named' ? `${path}?names=true` : path),
      }}
    >
      {button}
    </Dropdown>
  );
}

/** What the rules saw. */
function Picture({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation('signals');
  const { disease = '', place = EVERYWHERE } = alarm.subject as { disease?: string; place?: string };
  const unit = alarm.grounds.every(({ rule }) => rule['unit'] === 'week') ? 'week' : 'day';
  const query = useCurve(disease, { place, unit, since: '', until: '' });
  return (
    <Panel>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <>
          <h2 className="unseen">{t('disease.curve')}</h2>
          <Curve curve={query.data} />
        </>
      )}
    </Panel>
  );
}

function Grounds({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const maybe = (value: number | null) => (value === null ? '–' : number(value));
  const nameOf = ({ method, rule }: AlarmGround) =>
    ['fixed', 'ears', 'scan'].includes(method) || detectorOf(method) !== undefined
      ? t(`disease.rules.${method as 'ears'}`, factsOf(rule))
      : [rule['name'] ?? method, rule['text'], rule['source']].filter(Boolean).join(' · ');
  return (
    <Panel title={t('alarm.grounds')} flush>
      <DataTable<AlarmGround>
        name="grounds"
        label={t('alarm.groundTable')}
        rowKey={({ method, rule }) => `${method} ${JSON.stringify(rule)}`}
        source={{ rows: alarm.grounds }}
        columns={[
          { key: 'method', title: t('alarm.method'), value: nameOf, phoneTitle: true },
          { key: 'first', title: t('alarm.first'), value: ({ first }) => first },
          { key: 'last', title: t('alarm.last'), value: ({ last }) => last },
          { key: 'cases', title: t('alarm.cases'), value: ({ cases }) => cases, end: true },
          { key: 'expected', title: t('alarm.expected'), value: ({ expected }) => maybe(expected), end: true },
          { key: 'bound', title: t('alarm.bound'), value: ({ bound }) => maybe(bound), end: true },
          { key: 'p', title: t('alarm.p'), value: ({ p }) => maybe(p), end: true },
          { key: 'q', title: t('alarm.q'), value: ({ q }) => maybe(q), end: true },
        ]}
      />
      <p className="quiet" style={{ padding: '0 16px' }}>
        {t('alarm.qNote')}
      </p>
    </Panel>
  );
}

function Spread({ alarm }: { alarm: Alarm }) {
  const { disease, place = EVERYWHERE } = alarm.subject as { disease?: string; place?: string };
  const query = useOutlook(disease, place);
  if (query.data?.outlook === undefined) return null;
  return <Reproduction outlook={query.data.outlook} />;
}

function Reproduction({ outlook }: { outlook: Outlook }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const { dates, r, serialDays, doubling } = outlook;
  const days = (value: number | null) => (value === null ? t('alarm.forever') : number(value));
  return (
    <Panel>
      <Plot
        title={t('alarm.outlook')}
        option={outlookOption(outlook, { r: t('alarm.r'), low: t('alarm.low'), high: t('alarm.high'), number })}
        note={t('alarm.rNote', {
          mean: number(serialDays.mean),
          sd: number(serialDays.sd),
          doubling:
            doubling.value === null
              ? t('alarm.notGrowing')
              : t('alarm.doubling', {
                  value: days(doubling.value),
                  low: days(doubling.low),
                  high: days(doubling.high),
                }),
        })}
        table={{
          columns: [t('disease.date'), t('alarm.r'), t('alarm.low'), t('alarm.high')],
          rows: dates.map((date, at) => [date, r.mean[at] ?? '', r.low[at] ?? '', r.high[at] ?? '']),
        }}
      />
    </Panel>
  );
}

function LineList({ page: { alarm } }: { page: AlarmPage }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const [isShown, show] = useState(false);
  if (!may('signals.case.read')) return null;
  return (
    <Panel title={t('alarm.lineList')} flush={isShown}>
      {isShown ? (
        <Cases alarm={alarm} />
      ) : (
        <Empty title={t('alarm.lineListAbout')}>
          <Button onClick={() => show(true)}>{t('alarm.show')}</Button>
        </Empty>
      )}
    </Panel>
  );
}

function Cases({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation('signals');
  const { nameOf } = useDistricts();
  const query = useLineList(alarm.id, true);
  const { disease } = alarm.subject as { disease?: string };
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <>
      <DataTable<LineListRow>
        name="line-list"
        label={t('alarm.caseTable')}
        rowKey={({ patient, day }) => `${patient} ${day}`}
        source={{ rows: query.data.cases }}
        emptyText={t('alarm.noCases')}
        searchable
        columns={[
          {
            key: 'name',
            title: t('alarm.name'),
            value: ({ name, patient }) => name || patient,
            phoneTitle: true,
            sortable: true,
          },
          { key: 'day', title: t('alarm.day'), value: ({ day }) => day, sortable: true },
          { key: 'district', title: t('alarm.district'), value: ({ district }) => nameOf(district), sortable: true },
          {
            key: 'sex',
            title: t('alarm.sex'),
            value: ({ sex }) => t(`alarm.sexes.${sex as 'male'}`, { defaultValue: sex }),
          },
          { key: 'born', title: t('alarm.born'), value: ({ birthDate }) => birthDate ?? '', sortable: true },
          { key: 'phone', title: t('alarm.phone'), value: ({ phone }) => phone },
          { key: 'types', title: t('alarm.types'), value: ({ types }) => types.join(', ') },
          {
            key: 'results',
            title: t('alarm.results'),
            value: ({ results }) => results.map(({ code, accession }) => accession ?? code).join(', '),
            render: ({ results }) => <Results results={results} />,
          },
          {
            key: 'linked',
            title: t('alarm.linked'),
            value: ({ linked }) => (linked ? '✓' : ''),
            render: (row) => <Link alarm={alarm} row={row} />,
          },
          {
            key: 'card',
            title: t('alarm.card'),
            value: () => '',
            render: ({ patient, day }) => (
              <Go to={`/signals/card/${disease}?alarm=${alarm.id}&patient=${patient}&day=${day}`}>{t('alarm.card')}</Go>
            ),
          },
        ]}
      />
      {query.data.more && <Alert type="info" showIcon title={t('alarm.more')} />}
    </>
  );
}

/** What the case rests on; each leads where the person may go. */
function Results({ results }: { results: LineListRow['results'] }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const ofOrders = may('laboratory.order.read');
  const ofSpecimens = ofOrders || may('laboratory.report.read');
  return (
    <div className="stack">
      {results.map(({ id, code, day, accession, order }) => (
        <span key={id} className="row" title={`Observation/${id}, ${code}, ${day}`}>
          {accession !== undefined && ofSpecimens ? (
            <Go to={`/laboratory/specimens/${encodeURIComponent(accession)}`}>{accession}</Go>
          ) : (
            <span>{accession ?? `${code} ${day}`}</span>
          )}
          {order !== undefined && ofOrders && <Go to={`/laboratory/orders/${order}`}>{t('alarm.order')}</Go>}
        </span>
      ))}
    </div>
  );
}

function Link({ alarm, row: { patient, linked } }: { alarm: Alarm; row: LineListRow }) {
  const { t } = useTranslation('signals');
  const list = useLineList(alarm.id, false);
  const act = useAct<{ linked: boolean }>(alarm.id, 'put', t('alarm.added'));
  const { may } = useSession();
  if (!may('signals.alarm.work')) return linked ? '✓' : '';
  return (
    <Button
      size="small"
      type={linked ? 'primary' : 'default'}
      loading={act.isPending}
      onClick={() =>
        act.mutate(
          { path: `cases/${encodeURIComponent(patient)}`, body: { linked: !linked } },
          { onSuccess: () => void list.refetch() },
        )
      }
    >
      {linked ? t('alarm.unlink') : t('alarm.link')}
    </Button>
  );
}

function Notes({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const [kind, setKind] = useState<NoteKind>('note');
  const [text, setText] = useState('');
  const [day, setDay] = useState('');
  const [reach, setReach] = useState('');
  const act = useAct<object>(alarm.id, 'post', t('alarm.added'));
  if (!may('signals.alarm.work')) return null;
  const add = () =>
    act.mutate(
      { path: 'notes', body: { kind, text, ...(day && { day }), ...(kind === 'contact' && reach && { reach }) } },
      {
        onSuccess: () => {
          setText('');
          setDay('');
          setReach('');
        },
      },
    );
  return (
    <div className="no-print">
      <Panel title={t('alarm.notes')}>
        <div className="stack">
          <Segmented
            aria-label={t('alarm.notes')}
            value={kind}
            onChange={(value) => setKind(value as NoteKind)}
            options={NOTE_KINDS.map((value) => ({ value, label: t(`alarm.kinds.${value}`) }))}
          />
          <Input.TextArea
            aria-label={t('alarm.text')}
            placeholder={t('alarm.text')}
            rows={3}
            maxLength={4_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {kind !== 'note' && (
            <div className="watch-filters">
              <Input
                aria-label={t('alarm.when')}
                type="date"
                value={day}
                onChange={(event) => setDay(event.target.value)}
              />
              {kind === 'contact' && (
                <Input
                  aria-label={t('alarm.contactReach')}
                  placeholder={t('alarm.contactReach')}
                  value={reach}
                  onChange={(event) => setReach(event.target.value)}
                />
              )}
            </div>
          )}
          <div>
            <Button type="primary" disabled={text.trim() === ''} loading={act.isPending} onClick={add}>
              {t('alarm.add')}
            </Button>
          </div>
        </div>
      </Panel>
    </div>
  );
}

const EVENT_TONES: Record<AlarmEvent['kind'], Tone> = {
  moved: 'primary',
  note: 'neutral',
  contact: 'info',
  exposure: 'warning',
  linked: 'good',
  unlinked: 'neutral',
};

function Done({ events }: { events: readonly AlarmEvent[] }) {
  const { t } = useTranslation('signals');
  const titleOf = ({ kind, detail }: AlarmEvent): string => {
    if (kind === 'moved' && detail.from !== undefined && detail.to !== undefined)
      return t('alarm.moved', { from: t(`alarms.states.${detail.from}`), to: t(`alarms.states.${detail.to}`) });
    if (kind === 'linked') return t('alarm.linkedEvent');
    if (kind === 'unlinked') return t('alarm.unlinkedEvent');
    return t(`alarm.kinds.${kind as NoteKind}`);
  };
  return (
    <Panel title={t('alarm.events')}>
      {events.length === 0 ? (
        <Empty title={t('alarm.noEvents')} />
      ) : (
        <Timeline
          items={[...events].reverse().map((event) => ({
            id: event.id,
            at: event.at,
            title: titleOf(event),
            detail: [
              event.detail.finding === undefined ? '' : t(`alarm.findings.${event.detail.finding}`),
              event.detail.told?.join(', ') ?? '',
              event.detail.day ?? '',
              event.text,
              event.detail.reach ?? '',
            ]
              .filter(Boolean)
              .join(' · '),
            by: event.actorName,
            tone: EVENT_TONES[event.kind],
          }))}
        />
      )}
    </Panel>
  );
}
