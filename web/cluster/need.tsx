import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FitReason, Wish, WishMatch, WishPage } from '../../src/modules/cluster/model.ts';
import { Go, useGo, usePathValue } from '../shell/index.ts';
import { Empty, Facts, Failure, Loading, Page, Panel, Time } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { useWish, useWishName, WishLine, WishState } from './meeting-ask.tsx';
import { send, useAct, useAmounts } from './parks-ask.ts';
import './parks.css';

/** A need or an offer, and what it meets. */
export default function Need() {
  const query = useWish(usePathValue('id'));
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown page={query.data} />;
}

function Shown({ page }: { page: WishPage }) {
  const { t } = useTranslation('cluster');
  const { named, number } = useAmounts();
  const nameOf = useWishName();
  const { wish, matches } = page;
  const withdraw = useAct(() => send.post(`/needs/${wish.id}/withdraw`));
  const isAsked = wish.mine || page.mayMediate;
  return (
    <Page
      title={nameOf(wish)}
      about={
        <span className="row">
          <ExampleTag on={wish.example} />
          <WishState wish={wish} />
          {[t(`meeting.sides.${wish.side}`), t(`meeting.kinds.${wish.kind}`)].join(' · ')}
        </span>
      }
      trail={<Go to="/cluster/needs">{t('meeting.title')}</Go>}
      actions={
        wish.mine &&
        wish.state === 'open' && (
          <Button loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
            {t('meeting.withdraw')}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          [
            t('meeting.whose'),
            wish.thing === null ? (
              t('meeting.confidential')
            ) : (
              <Go key="thing" to={`/cluster/things/${wish.thing.id}`}>
                {named(wish.thing)}
              </Go>
            ),
          ],
          [t('projects.sector'), wish.sector !== null && t(`projects.sectors.${wish.sector}`)],
          [t('meeting.place'), wish.placeName],
          [t('meeting.quantity'), wish.quantity !== null && `${number(wish.quantity, 2)} ${wish.unit}`],
          [t('meeting.from'), wish.from],
          [t('meeting.to'), wish.to],
          [t('meeting.expires'), <Time key="at" at={wish.expiresOn} form="date" />],
          [t('meeting.openness'), t(wish.confidential ? 'meeting.confidential' : 'meeting.open')],
        ]}
      />
      {isAsked && wish.state === 'open' && (
        <Panel title={t('meeting.matches')}>
          <p className="quiet">{t('meeting.method')}</p>
          {matches.length === 0 ? (
            <Empty title={t('meeting.noMatches')}>{t('meeting.noMatchesAbout')}</Empty>
          ) : (
            <ul className="relay-list">
              {matches.map((match) => (
                <Match key={match.wish.id} wish={wish} match={match} />
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Page>
  );
}

function Match({ wish, match }: { wish: Wish; match: WishMatch }) {
  const { t } = useTranslation('cluster');
  const { percent } = useAmounts();
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const ask = useAct(
    (body: object) => send.post('/introductions', { ...body, one: wish.id, other: match.wish.id }),
    () => go('/cluster/needs/introductions'),
  );
  return (
    <li>
      <div>
        <WishLine wish={match.wish} />
        <details>
          <summary>{t('meeting.fits', { share: percent(match.score) })}</summary>
          <Reasons reasons={match.reasons} />
        </details>
      </div>
      {match.introduction === null ? (
        <Button onClick={() => setAsking(true)}>{t('meeting.introduce')}</Button>
      ) : (
        <Go to="/cluster/needs/introductions">{t('meeting.underWay')}</Go>
      )}
      {asking && (
        <FormDialog
          title={t('meeting.introduce')}
          about={t('meeting.introduceAbout')}
          act={t('meeting.introduceAct')}
          busy={ask.isPending}
          close={() => setAsking(false)}
          send={(filled) => ask.mutate(filled)}
          fields={[{ name: 'words', label: t('meeting.say'), kind: 'long', needed: true }]}
        />
      )}
    </li>
  );
}

/** Every line with its weight and what it came to: nothing is hidden in the score. */
function Reasons({ reasons }: { reasons: readonly FitReason[] }) {
  const { t } = useTranslation('cluster');
  const { percent } = useAmounts();
  return (
    <ul>
      {reasons.map(({ line, weight, fit, found }) => (
        <li key={line}>
          {t('meeting.line', {
            line: t(`meeting.lines.${line}`),
            weight: percent(weight),
            fit: fit === null ? t('meeting.unknownLine') : percent(fit),
          })}
          {line === 'words' && found.length > 0 && `: ${found.join(', ')}`}
        </li>
      ))}
    </ul>
  );
}
