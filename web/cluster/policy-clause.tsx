import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  Clause,
  ClauseFinding,
  DecisionTrace,
  Eligibility,
  KnownAnswer,
  Navigator,
  Policy,
  PolicySource,
  Reckoning,
  Standing,
  Variable,
} from '../../src/modules/cluster/model.ts';
import { Go } from '../shell/index.ts';
import { Facts, StatusTag, type Tone } from '../ui/index.ts';
import { useAnswerWords, useBoth, useYuan } from './policy-ask.ts';
import './policy.css';

const VERDICT_TONES: Record<Eligibility, Tone> = { yes: 'good', no: 'neutral', unknown: 'warning' };
const STANDING_TONES: Record<Standing, Tone> = {
  'in-force': 'info',
  'not-yet': 'neutral',
  ended: 'neutral',
  unstated: 'warning',
};

export function VerdictTag({ verdict }: { verdict: Eligibility }) {
  const { t } = useTranslation('cluster');
  return <StatusTag tone={VERDICT_TONES[verdict]}>{t(`policies.verdicts.${verdict}`)}</StatusTag>;
}

export function StandingTag({ standing }: { standing: Standing }) {
  const { t } = useTranslation('cluster');
  return <StatusTag tone={STANDING_TONES[standing]}>{t(`policies.standings.${standing}`)}</StatusTag>;
}

/** An amount in a line: exact, a range, or why it is no number. */
export function useAmountWords(): (amount: Reckoning) => string {
  const { t } = useTranslation('cluster');
  const yuan = useYuan();
  return ({ kind, least, most }) => {
    if (kind !== 'money') return t(`policies.kinds.${kind}`);
    if (most === null) return least === 0 ? t('policies.kinds.money') : t('policies.atLeast', { least: yuan(least) });
    if (least === most) return yuan(most);
    return least === 0
      ? t('policies.upTo', { amount: yuan(most) })
      : t('policies.between', { least: yuan(least), most: yuan(most) });
  };
}

/** Where a clause comes from: the sentence, where it stands, what was read, what to be careful about. */
export function ClauseGrounds({
  clause,
  sources,
  caveats,
}: {
  clause: Clause;
  sources: readonly PolicySource[];
  caveats: readonly { en: string; zh: string }[];
}) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  return (
    <Facts
      facts={[
        [t('policies.quote'), clause.quote && <q className="policy-quote">{clause.quote.text}</q>],
        [t('policies.where'), clause.quote && both(clause.quote.where)],
        [t('policies.sources'), sources.length > 0 && <Sources key="sources" sources={sources} />],
        [
          t('policies.caveats'),
          caveats.length > 0 && (
            <ul key="caveats" className="policy-list">
              {caveats.map((words) => (
                <li key={words.en}>{both(words)}</li>
              ))}
            </ul>
          ),
        ],
        [
          t('policies.condition'),
          clause.when === undefined && clause.decision === undefined ? (
            t('policies.conditionUnread')
          ) : (
            <>
              <code className="policy-code">{clause.when}</code>
              {clause.whenPartial === true && <div className="quiet">{t('policies.conditionPartial')}</div>}
              {clause.decision !== undefined && (
                <div>
                  <Go to={`/cluster/decisions/${clause.decision.model}?version=${clause.decision.version}`}>
                    {t('policies.byModel', {
                      decision: clause.decision.eligible ?? '–',
                      version: clause.decision.version,
                    })}
                  </Go>
                </div>
              )}
            </>
          ),
        ],
      ]}
    />
  );
}

export function Sources({ sources }: { sources: readonly PolicySource[] }) {
  const { t } = useTranslation('cluster');
  return (
    <ul className="policy-list">
      {sources.map(({ title, url, read, date }) => (
        <li key={`${title} ${date}`}>
          {url === undefined ? (
            title
          ) : (
            <a href={url} rel="noreferrer" target="_blank">
              {title}
            </a>
          )}{' '}
          <span className="quiet">{[t(`policies.readings.${read}`), date].filter(Boolean).join(', ')}</span>
        </li>
      ))}
      {sources.every(({ read }) => read !== 'original') && (
        <li>
          <StatusTag tone="warning">{t('policies.unverified')}</StatusTag>
        </li>
      )}
    </ul>
  );
}

/** The working of an amount, step by step, and who pays it; both sum to it. */
export function Working({
  amount,
  clause,
  variables,
}: {
  amount: Reckoning;
  clause: Clause;
  variables: readonly Variable[];
}) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  const words = useAnswerWords();
  const most = (fen: number | null) => (fen === null ? t('policies.kinds.money') : yuan(fen));
  if (amount.kind !== 'money')
    return (
      <p>
        {t(`policies.kinds.${amount.kind}`)}
        {amount.ceiling !== undefined && `. ${t('policies.informationCeiling', { ceiling: yuan(amount.ceiling) })}`}
      </p>
    );
  const step = ({ key, facts }: Reckoning['steps'][number]): string => {
    const variable = variables.find(({ name }) => name === facts['name']);
    const extra = clause.extras?.find(({ id }) => id === facts['extra']);
    return t(`policies.steps.${key}`, {
      percent: facts['percent'],
      name: variable === undefined ? '' : both(variable.question),
      value: words(variable, facts['value']),
      fen: facts['fen'] === undefined ? '' : yuan(facts['fen'] as number),
      title: extra === undefined ? '' : both(extra.title),
      decision: facts['decision'],
    });
  };
  return (
    <div className="stack">
      <table className="policy-table">
        <thead>
          <tr>
            <th scope="col">{t('policies.working')}</th>
            <th scope="col" className="end">
              {t('policies.least')}
            </th>
            <th scope="col" className="end">
              {t('policies.most')}
            </th>
          </tr>
        </thead>
        <tbody>
          {amount.steps.map((each) => (
            <tr key={`${each.key} ${each.facts['extra'] ?? ''}`}>
              <td>{step(each)}</td>
              <td className="end">{yuan(each.least)}</td>
              <td className="end">{most(each.most)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{t('policies.total')}</th>
            <td className="end">{yuan(amount.least)}</td>
            <td className="end">{most(amount.most)}</td>
          </tr>
          {amount.payers.map(({ payer, least, most: end }) => (
            <tr key={payer}>
              <td>{`${t('policies.paidBy')}: ${t(`policies.payers.${payer}`)}`}</td>
              <td className="end">{yuan(least)}</td>
              <td className="end">{most(end)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <span className="quiet">{t('policies.rounding')}</span>
    </div>
  );
}

/** The rules of the clause's decision model that matched. */
export function Tables({ tables }: { tables: readonly DecisionTrace[] }) {
  const { t } = useTranslation('cluster');
  if (tables.length === 0) return null;
  return (
    <Facts
      facts={tables.map(({ model, version, table, inputs, matched }): [string, ReactNode] => [
        t('policies.table', { table }),
        <span key={table}>
          {t(matched.length === 0 ? 'policies.noRule' : 'policies.rules', {
            inputs: inputs.join(', '),
            rules: matched.map((rule) => rule + 1).join(', '),
          })}{' '}
          <Go to={`/cluster/decisions/${model}?version=${version}`}>{t('policies.toModel')}</Go>
        </span>,
      ])}
    />
  );
}

/** Everything about a finding that does not fit into its card's head. */
export function FindingDetails({
  finding,
  policy,
  clause,
  variables,
}: {
  finding: Navigator['findings'][number];
  policy: Policy;
  clause: Clause;
  variables: readonly Variable[];
}) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const words = useAnswerWords();
  const named = (name: string) => variables.find((variable) => variable.name === name)!;
  const { guideDays, paymentDays } = clause.clocks ?? {};
  return (
    <div className="stack">
      <Working amount={finding.amount} clause={clause} variables={variables} />
      <Tables tables={finding.tables ?? []} />
      <Facts
        facts={[
          [
            t('policies.missing'),
            finding.missing.length > 0 && <Names key="missing" names={finding.missing} variables={variables} />,
          ],
          [
            t('policies.ways'),
            finding.ways.length > 0 && (
              <ul className="policy-list">
                {finding.ways.map(({ changes, verdict }) => (
                  <li key={JSON.stringify(changes)}>
                    {t('policies.way', {
                      changes: changes
                        .map(({ name, from, to }) =>
                          t('policies.changed', {
                            name: both(named(name).question),
                            from: words(named(name), from),
                            to: words(named(name), to),
                          }),
                        )
                        .join('; '),
                      verdict: t(`policies.verdicts.${verdict}`),
                    })}
                  </li>
                ))}
              </ul>
            ),
          ],
          [
            t('policies.evidence'),
            clause.evidence.length > 0 && (
              <ul className="policy-list">
                {clause.evidence.map((name) => (
                  <li key={name}>
                    {both(named(name).evidence)} <span className="quiet">{both(named(name).holder)}</span>
                  </li>
                ))}
              </ul>
            ),
          ],
          [
            t('policies.clocks'),
            [
              guideDays !== undefined && t('policies.guideClock', { days: guideDays }),
              paymentDays !== undefined && t('policies.payClock', { days: paymentDays }),
              clause.window !== undefined &&
                t('policies.window', { from: clause.window.from ?? '–', to: clause.window.to ?? '–' }),
            ]
              .filter((each) => each !== false)
              .join('; '),
          ],
        ]}
      />
      <ClauseGrounds
        clause={clause}
        sources={policy.sources}
        caveats={[...policy.caveats, ...(clause.caveats ?? [])]}
      />
    </div>
  );
}

function Names({ names, variables }: { names: readonly string[]; variables: readonly Variable[] }) {
  const both = useBoth();
  return (
    <ul className="policy-list">
      {names.map((name) => (
        <li key={name}>{both(variables.find((variable) => variable.name === name)!.question)}</li>
      ))}
    </ul>
  );
}

export function clauseOf(policy: Policy, { version, clause }: Pick<ClauseFinding, 'version' | 'clause'>): Clause {
  return policy.versions.find((each) => each.version === version)!.clauses.find(({ id }) => id === clause)!;
}

/** An answer with where it comes from. */
export function KnownShown({ variable, answer }: { variable: Variable; answer: KnownAnswer | undefined }) {
  const { t } = useTranslation('cluster');
  const words = useAnswerWords();
  if (answer === undefined) return <span className="quiet">{t('applications.notAnswered')}</span>;
  const from = t(answer.from === 'own' ? 'policies.fromOwn' : 'policies.fromRecord', { by: answer.by });
  return (
    <>
      <strong>{words(variable, answer.value)}</strong>{' '}
      <span className="quiet">{[from, answer.at?.slice(0, 10)].filter(Boolean).join(', ')}</span>
    </>
  );
}
