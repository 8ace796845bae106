import {
  ApartmentOutlined,
  CalendarOutlined,
  CheckOutlined,
  PlusOutlined,
  PrinterOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Link, Profile, Relation, Said, Statement } from '../../src/modules/cluster/model.ts';
import { Go, language, useGo, usePathValue, useSession } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, StatusTag, Time, Timeline, useAsk } from '../ui/index.ts';
import { Publications } from './publications.tsx';
import { kindOf, nameOf, predicateName, propertyName, useOwnerWords, useProfile, useRecordAct } from './record-ask.ts';
import { SourceChip, ThingLink, useValueWords } from './said.tsx';
import { ClaimForm, RelationForm, StatementForm } from './thing-forms.tsx';
import './record.css';

/** Kinds that papers and patents hang on. */
const PUBLISHERS: readonly string[] = ['enterprise', 'institution', 'platform', 'department', 'person', 'product'];
/** Kinds that can be booked. */
const BOOKED: readonly string[] = ['instrument', 'platform', 'service'];

type Open = 'state' | 'relate' | 'claim' | Statement | undefined;

/** Everything that is said of one thing, each with where it comes from. */
export default function ThingPage() {
  const { t } = useTranslation('cluster');
  const query = useProfile(usePathValue('id'));
  const trail = <Go to="/cluster/list">{t('record.list')}</Go>;
  if (!query.isSuccess)
    return (
      <Page title={t('record.thing')} trail={trail}>
        {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  return <Shown profile={query.data} trail={trail} />;
}

function Shown({ profile, trail }: { profile: Profile; trail: React.ReactNode }) {
  const { t } = useTranslation('cluster');
  const [open, setOpen] = useState<Open>();
  const { thing, said, links, cautions } = profile;
  const close = () => setOpen(undefined);
  const own = cautions.filter(({ about }) => about.startsWith('thing/'));
  const other = language() === 'zh' ? thing.name : thing.nameZh;
  return (
    <Page
      title={nameOf(thing)}
      trail={trail}
      about={
        <span className="row">
          <StatusTag tone="primary">{kindOf(thing.kind)}</StatusTag>
          {thing.example && <StatusTag tone="warning">{t('record.exampleLong')}</StatusTag>}
          {other !== null && other !== nameOf(thing) && <span>{other}</span>}
        </span>
      }
      actions={<Acts profile={profile} open={setOpen} />}
    >
      <div className="stack">
        {own.map(({ id, text, textZh }) => (
          <Alert key={id} type="warning" showIcon title={language() === 'zh' ? textZh : text} />
        ))}
        {said
          .filter(({ disputed }) => disputed)
          .map((each) => (
            <Conflict key={each.property} said={each} profile={profile} open={setOpen} />
          ))}
        <Panel title={t('record.saidTitle')}>
          {said.length === 0 ? (
            <p className="quiet">{t(profile.mayEdit ? 'record.nothingSaidAct' : 'record.nothingSaid')}</p>
          ) : (
            <table className="said">
              <thead>
                <tr>
                  {['property', 'value', 'asOf', 'source'].map((key) => (
                    <th key={key} scope="col">
                      {t(`record.${key}`)}
                    </th>
                  ))}
                  {profile.mayEdit && (
                    <th scope="col" className="no-print">
                      {t('record.acts')}
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {said.flatMap((each) =>
                  each.statements.map((statement, at) => (
                    <Row
                      key={statement.id}
                      said={each}
                      statement={statement}
                      isFirst={at === 0}
                      profile={profile}
                      open={setOpen}
                    />
                  )),
                )}
              </tbody>
            </table>
          )}
        </Panel>
        <Links links={links} profile={profile} />
        {PUBLISHERS.includes(thing.kind) && <Publications thing={thing.id} />}
        <Freshness profile={profile} />
        <Speakers profile={profile} />
        <History profile={profile} />
      </div>
      {open === 'state' && <StatementForm thing={thing} close={close} />}
      {open === 'relate' && <RelationForm thing={thing} close={close} />}
      {open === 'claim' && <ClaimForm thing={thing} close={close} />}
      {typeof open === 'object' && <StatementForm thing={thing} was={open} close={close} />}
    </Page>
  );
}

function Acts({ profile: { thing, mayEdit }, open }: { profile: Profile; open: (what: Open) => void }) {
  const { t } = useTranslation('cluster');
  const { may } = useSession();
  const go = useGo();
  const act = useRecordAct();
  return (
    <>
      {mayEdit && (
        <>
          <Button
            type="primary"
            icon={<CheckOutlined />}
            loading={act.isPending}
            onClick={() => act.mutate({ path: `/things/${thing.id}/review` })}
          >
            {t('record.stillRight')}
          </Button>
          <Button icon={<PlusOutlined />} onClick={() => open('state')}>
            {t('record.state')}
          </Button>
          <Button icon={<PlusOutlined />} onClick={() => open('relate')}>
            {t('record.relate')}
          </Button>
        </>
      )}
      {!mayEdit && may('cluster.edit') && (
        <Button icon={<UserOutlined />} onClick={() => open('claim')}>
          {t('record.claim')}
        </Button>
      )}
      {BOOKED.includes(thing.kind) && may('cluster.booking') && (
        <Button icon={<CalendarOutlined />} onClick={() => go(`/cluster/booking/${thing.id}`)}>
          {t('booking.book')}
        </Button>
      )}
      <Button icon={<ApartmentOutlined />} onClick={() => go(`/cluster/graph?thing=${thing.id}`)}>
        {t('record.graph')}
      </Button>
      <Button icon={<PrinterOutlined />} onClick={() => print()}>
        {t('record.print')}
      </Button>
    </>
  );
}

interface Part {
  said: Said;
  profile: Profile;
  open: (what: Open) => void;
}

/** Sources that cannot all be right, side by side. */
function Conflict({ said, profile, open }: Part) {
  const { t } = useTranslation('cluster');
  const words = useValueWords();
  return (
    <Panel title={t('record.conflictOf', { property: propertyName(said.property) })}>
      <div className="conflict-sides">
        {said.statements.map((statement) => (
          <div key={statement.id} className="conflict-side">
            <strong>{words(statement)}</strong>
            <div className="quiet">
              {t('record.asOf')}: {statement.asOf ?? t('record.unknown')}
            </div>
            <SourceChip said={statement} source={profile.sources[statement.source]} />
            {statement.quote !== null && <blockquote className="quote">{statement.quote}</blockquote>}
            {profile.mayEdit && <StatementActs statement={statement} open={open} />}
          </div>
        ))}
      </div>
      <p className="quiet">{t('record.conflictAct')}</p>
    </Panel>
  );
}

function Row({ said, statement, isFirst, profile, open }: Part & { statement: Statement; isFirst: boolean }) {
  const { t } = useTranslation('cluster');
  const words = useValueWords();
  return (
    <tr>
      <th scope="row">
        {isFirst ? propertyName(said.property) : <span className="unseen">{propertyName(said.property)}</span>}
        {isFirst && said.disputed && <StatusTag tone="warning">{t('record.disputed')}</StatusTag>}
      </th>
      <td>{words(statement)}</td>
      <td>{statement.asOf ?? <span className="quiet">{t('record.unknown')}</span>}</td>
      <td>
        <SourceChip said={statement} source={profile.sources[statement.source]} />
      </td>
      {profile.mayEdit && (
        <td className="no-print">
          <StatementActs statement={statement} open={open} />
        </td>
      )}
    </tr>
  );
}

function StatementActs({ statement, open }: { statement: Statement; open: (what: Open) => void }) {
  const { t } = useTranslation('cluster');
  return (
    <span className="row no-print">
      <Button size="small" onClick={() => open(statement)}>
        {t('record.correct')}
      </Button>
      <Withdraw path={`/statements/${statement.id}/withdraw`} />
    </span>
  );
}

function Withdraw({ path }: { path: string }) {
  const { t } = useTranslation('cluster');
  const ask = useAsk();
  const act = useRecordAct();
  const withdraw = async () => {
    const answer = await ask({
      title: t('record.withdrawTitle'),
      about: t('record.withdrawAbout'),
      act: t('record.withdraw'),
      danger: true,
      reason: true,
    });
    if (answer !== undefined) act.mutate({ path, body: answer });
  };
  return (
    <Button size="small" danger loading={act.isPending} onClick={withdraw}>
      {t('record.withdraw')}
    </Button>
  );
}

function Links({ links, profile }: { links: readonly Link[]; profile: Profile }) {
  const { t } = useTranslation('cluster');
  const groups = Map.groupBy(links, ({ predicate, way }) => predicateName(predicate, way));
  return (
    <Panel title={t('record.links')}>
      {links.length === 0 ? (
        <p className="quiet">{t('record.noLinks')}</p>
      ) : (
        <table className="said">
          <thead>
            <tr>
              <th scope="col">{t('record.predicate')}</th>
              <th scope="col">{t('record.other')}</th>
              <th scope="col">{t('record.source')}</th>
              {profile.mayEdit && (
                <th scope="col" className="no-print">
                  {t('record.acts')}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {[...groups].flatMap(([name, group]) =>
              group.map((link, at) => (
                <tr key={link.id}>
                  <th scope="row">{at === 0 ? name : <span className="unseen">{name}</span>}</th>
                  <td>
                    <ThingLink thing={link.other} />
                    {link.detail !== null && <span className="quiet"> {link.detail}</span>}
                  </td>
                  <td>
                    <SourceChip said={link} source={profile.sources[link.source]} />
                  </td>
                  {profile.mayEdit && (
                    <td className="no-print">
                      {link.way === 'out' && <Withdraw path={`/relations/${link.id}/withdraw`} />}
                    </td>
                  )}
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Freshness({ profile: { thing, ownerName } }: { profile: Profile }) {
  const { t } = useTranslation('cluster');
  const owner = useOwnerWords();
  const isDue = Date.parse(thing.dueAt) < Date.now();
  return (
    <Panel title={t('record.freshness')}>
      <Facts
        facts={[
          [t('record.owner'), owner(ownerName)],
          [t('record.reviewedAt'), <Time key="r" at={thing.reviewedAt} form="date" />],
          [
            t('record.dueAt'),
            <span key="d" className="row">
              <Time at={thing.dueAt} form="date" />
              {isDue && <StatusTag tone="warning">{t('record.isDue')}</StatusTag>}
            </span>,
          ],
          [t('record.every'), t('record.days', { count: thing.reviewEveryDays })],
        ]}
      />
    </Panel>
  );
}

const TONES = { claimed: 'info', confirmed: 'good', refused: 'danger', ended: 'neutral' } as const;

function Speakers({ profile: { representations, mayEdit } }: { profile: Profile }) {
  const { t } = useTranslation('cluster');
  const ask = useAsk();
  const act = useRecordAct();
  const end = async (id: string) => {
    const answer = await ask({ title: t('record.endTitle'), act: t('record.end'), danger: true, reason: true });
    if (answer !== undefined) act.mutate({ path: `/claims/${id}/end`, body: answer });
  };
  return (
    <Panel title={t('record.speakers')}>
      {representations.length === 0 && <p className="quiet">{t('record.noSpeakers')}</p>}
      {representations.map(({ id, partyName, state, claimedAt, decidedAt, reason }) => (
        <p key={id} className="row">
          <strong>{partyName}</strong>
          <StatusTag tone={TONES[state]}>{t(`record.claims.${state}`)}</StatusTag>
          <Time at={decidedAt ?? claimedAt} form="date" />
          {reason !== null && reason !== '' && <span className="quiet">{reason}</span>}
          {mayEdit && state === 'confirmed' && (
            <Button size="small" className="no-print" onClick={() => end(id)}>
              {t('record.end')}
            </Button>
          )}
        </p>
      ))}
    </Panel>
  );
}

function History({ profile: { history } }: { profile: Profile }) {
  const { t } = useTranslation('cluster');
  const words = useValueWords();
  if (history.length === 0) return null;
  const told = (row: Statement | Relation) =>
    'property' in row
      ? `${propertyName(row.property)}: ${words(row)}`
      : `${predicateName(row.predicate, 'out')} ${row.object}`;
  return (
    <Panel title={t('record.history')}>
      <Timeline
        items={history.map((row) => ({
          id: row.id,
          at: row.withdrawnAt ?? row.saidAt,
          title: <s>{told(row)}</s>,
          detail: row.withdrawnWhy,
          by: row.withdrawnByName,
        }))}
      />
    </Panel>
  );
}
