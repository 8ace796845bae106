import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Objection } from '../../src/modules/exchange/model.ts';
import { Go, usePathValue, useVisitor } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, StatusTag, Time, useAsk } from '../ui/index.ts';
import { NoticeState } from './notices.tsx';
import { exchange, type NoticePage, partyName, said, useAct, useNoticePage } from './offering-ask.ts';
import './offering.css';

/** One public notice with the objections to it. */
export default function Notice() {
  const { t } = useTranslation('exchange');
  const query = useNoticePage(usePathValue('id'), usePathValue('version'));
  const found = query.data;
  return (
    <Page
      title={found === undefined ? t('notices.one') : said(found.notice.title)}
      about={found && said(found.notice.summary)}
      trail={<Go to="/exchange/notices">{t('notices.title')}</Go>}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {found !== undefined && <Shown found={found} />}
    </Page>
  );
}

function Shown({ found: { notice, objections } }: { found: NoticePage }) {
  const { t } = useTranslation('exchange');
  const visitor = useVisitor();
  const [grounds, setGrounds] = useState('');
  const object = useAct(
    () => exchange.object(notice.offeringId, notice.version, grounds),
    () => setGrounds(''),
  );
  const isHolder = visitor?.actor.organizations.some(({ id }) => `Organization/${id}` === notice.holder.id);
  const isOpen = notice.closedAt === null && new Date(notice.until) > new Date();
  return (
    <div className="stack">
      <Panel>
        <Facts
          facts={[
            [t('offering.state'), <NoticeState key="state" line={notice} />],
            [t('offering.holder'), partyName(notice.holder)],
            [t('offering.kind'), t(`offering.kinds.${notice.kind}`)],
            [t('offering.version'), notice.version],
            [t('notices.opened'), <Time key="opened" at={notice.openedAt} />],
            [t('notices.until'), <Time key="until" at={notice.until} />],
            [t('notices.length'), t('notices.days', { count: notice.workingDays })],
          ]}
        />
        {notice.demonstration && <p className="quiet">{t('notices.short')}</p>}
        {!notice.calendarKnown && <p className="quiet">{t('notices.calendar')}</p>}
      </Panel>
      <Panel title={t('notices.objections')}>
        {objections.length === 0 ? (
          <p className="quiet">{t('notices.noObjection')}</p>
        ) : (
          objections.map((objection) => (
            <OneObjection
              key={objection.id}
              objection={objection}
              mayDecide={visitor?.may('exchange.assess') === true}
            />
          ))
        )}
      </Panel>
      {isOpen && visitor === undefined && <p>{t('notices.signIn')}</p>}
      {isOpen && visitor !== undefined && isHolder !== true && (
        <Panel title={t('notices.object')}>
          <div className="stack">
            <p className="quiet">{t('notices.objectAbout')}</p>
            <Input.TextArea
              aria-label={t('notices.grounds')}
              placeholder={t('notices.grounds')}
              rows={4}
              maxLength={4_000}
              value={grounds}
              onChange={({ target }) => setGrounds(target.value)}
            />
            <span className="row">
              <Button
                disabled={grounds.trim().length < 10}
                loading={object.isPending}
                onClick={() => object.mutate(undefined)}
              >
                {t('notices.object')}
              </Button>
            </span>
          </div>
        </Panel>
      )}
    </div>
  );
}

function OneObjection({ objection, mayDecide }: { objection: Objection; mayDecide: boolean }) {
  const { t } = useTranslation('exchange');
  const ask = useAsk();
  const settle = useAct(({ state, words }: { state: 'upheld' | 'rejected'; words: string }) =>
    exchange.settle(objection.id, state, words),
  );
  const decide = async (state: 'upheld' | 'rejected') => {
    const given = await ask({
      title: t(`notices.${state}Sure`),
      act: t(`notices.${state}Act`),
      danger: state === 'upheld',
      reason: true,
    });
    if (given !== undefined) settle.mutate({ state, words: given.reason });
  };
  const tone = objection.state === 'open' ? 'warning' : objection.state === 'upheld' ? 'danger' : 'neutral';
  return (
    <section className="offering-item" aria-label={objection.byName}>
      <p className="row">
        <StatusTag tone={tone}>{t(`notices.objectionStates.${objection.state}`)}</StatusTag>
        <strong>{objection.byName}</strong>
        <Time at={objection.at} />
      </p>
      <p>{objection.grounds}</p>
      {objection.words !== null && (
        <p className="quiet">
          {objection.decidedName}: {objection.words}
        </p>
      )}
      {objection.state === 'open' && mayDecide && (
        <span className="row">
          <Button size="small" onClick={() => decide('rejected')}>
            {t('notices.rejectedAct')}
          </Button>
          <Button size="small" danger onClick={() => decide('upheld')}>
            {t('notices.upheldAct')}
          </Button>
        </span>
      )}
    </section>
  );
}
