import { ArrowDownOutlined, ArrowUpOutlined, CopyOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Criterion, type PersonCriterion, type Reach, SEXES } from '../../src/modules/records/model.ts';
import { useOrganizationNames, useSession } from '../shell/index.ts';
import { EventEditor, Range, yearsOf } from './cohort-event.tsx';
import { NEW, withPart } from './cohort-state.ts';
import { PLACES, useCohortWords } from './cohort-words.ts';

const KINDS = ['person', 'result', 'event', 'group'] as const;

/** Criteria one below the other, each in its card, with what can be added. */
export function Criteria(props: {
  label: string;
  empty: string;
  criteria: readonly Criterion[];
  change: (criteria: Criterion[]) => void;
  reach: Reach;
  /** A group within a group within a group would be understood by nobody. */
  depth?: number;
}) {
  const { label, empty, criteria, change, reach, depth = 1 } = props;
  const { t } = useTranslation('records');
  const kinds = depth < 3 ? KINDS : KINDS.filter((kind) => kind !== 'group');
  const move = (at: number, by: number) => {
    const moved = criteria.toSpliced(at, 1);
    moved.splice(at + by, 0, criteria[at] as Criterion);
    change(moved);
  };
  return (
    <div className="cohort-criteria">
      {criteria.length === 0 && <p className="quiet">{empty}</p>}
      <ol>
        {criteria.map((criterion, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: criteria have no identity beyond their place
          <li key={at}>
            <Card
              criterion={criterion}
              number={at + 1}
              reach={reach}
              depth={depth}
              change={(next) => change(criteria.with(at, next))}
              tools={{
                ...(at > 0 && { up: () => move(at, -1) }),
                ...(at < criteria.length - 1 && { down: () => move(at, 1) }),
                duplicate: () => change(criteria.toSpliced(at, 0, criterion)),
                remove: () => change(criteria.toSpliced(at, 1)),
              }}
            />
          </li>
        ))}
      </ol>
      <div className="row no-print">
        {kinds.map((kind) => {
          const what = t(`cohort.add${kind[0]?.toUpperCase()}${kind.slice(1)}`);
          return (
            <Button
              key={kind}
              size="small"
              type="dashed"
              icon={<PlusOutlined />}
              aria-label={`${label}: ${t('cohort.add', { what })}`}
              onClick={() => change([...criteria, NEW[kind]()])}
            >
              {what}
            </Button>
          );
        })}
      </div>
    </div>
  );
}

interface Tools {
  up?: () => void;
  down?: () => void;
  duplicate: () => void;
  remove: () => void;
}

function Card(props: {
  criterion: Criterion;
  number: number;
  change: (criterion: Criterion) => void;
  reach: Reach;
  depth: number;
  tools: Tools;
}) {
  const { criterion, number, change, reach, depth, tools } = props;
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const kind = criterion.kind === 'event' && criterion.event.source === 'result' ? 'result' : criterion.kind;
  const tool = (name: keyof Tools, icon: React.ReactNode) => (
    <Button
      size="small"
      type="text"
      icon={icon}
      aria-label={`${number}: ${t(`cohort.${name}`)}`}
      disabled={tools[name] === undefined}
      onClick={tools[name]}
    />
  );
  return (
    <article className="cohort-card" aria-label={`${number}: ${words.criterion(criterion)}`}>
      <header>
        <strong>
          {number}. {t(`cohort.kinds.${kind}`)}
        </strong>
        <span className="row no-print">
          {tool('up', <ArrowUpOutlined />)}
          {tool('down', <ArrowDownOutlined />)}
          {tool('duplicate', <CopyOutlined />)}
          {tool('remove', <DeleteOutlined />)}
        </span>
      </header>
      {criterion.kind === 'person' && <PersonEditor criterion={criterion} change={change} />}
      {criterion.kind === 'event' && <EventEditor criterion={criterion} change={change} reach={reach} />}
      {criterion.kind === 'group' && (
        <div className="cohort-fields">
          <Segmented
            aria-label={t('cohort.match')}
            value={criterion.match}
            onChange={(match) => change({ ...criterion, match })}
            options={(['any', 'all'] as const).map((value) => ({ value, label: t(`cohort.matches.${value}`) }))}
          />
          <Criteria
            label={`${number}: ${t('cohort.kinds.group')}`}
            empty={t('cohort.say.nothing')}
            criteria={criterion.criteria}
            change={(criteria) => change({ ...criterion, criteria })}
            reach={reach}
            depth={depth + 1}
          />
        </div>
      )}
    </article>
  );
}

function PersonEditor({
  criterion,
  change,
}: {
  criterion: PersonCriterion;
  change: (criterion: PersonCriterion) => void;
}) {
  const { t } = useTranslation('records');
  const { t: ofPeople } = useTranslation('records', { keyPrefix: 'people' });
  const words = useCohortWords();
  const { actor } = useSession();
  const { sexes, age, places, organizations, deceased } = criterion;
  const ids = [...new Set([...actor.organizations.map(({ id }) => id), ...(organizations ?? [])])];
  const nameOf = useOrganizationNames(ids);
  const list = <K extends 'sexes' | 'places' | 'organizations'>(part: K, chosen: NonNullable<PersonCriterion[K]>) =>
    change(withPart(criterion, part, chosen.length === 0 ? undefined : chosen));
  return (
    <div className="cohort-fields">
      <div className="row">
        <Select
          mode="multiple"
          aria-label={t('cohort.sex')}
          placeholder={t('cohort.sex')}
          value={sexes ?? []}
          onChange={(chosen) => list('sexes', chosen)}
          options={SEXES.map((value) => ({ value, label: ofPeople(`sexes.${value}`) }))}
          style={{ minWidth: 160 }}
        />
        <Range
          label={t('cohort.age')}
          unit={t('cohort.years')}
          value={[age?.from, age?.to]}
          change={([from, to]) => {
            const years = yearsOf(from, to);
            change(withPart(criterion, 'age', years && { ...years, ...(age?.on !== undefined && { on: age.on }) }));
          }}
        />
        {age !== undefined && <span className="quiet">{t('cohort.ageOn')}</span>}
        {age !== undefined && (
          <Input
            type="date"
            aria-label={t('cohort.ageOn')}
            value={age.on ?? ''}
            min="1900-01-01"
            max="2199-12-31"
            onChange={({ target }) =>
              change({ ...criterion, age: withPart(age, 'on', target.value === '' ? undefined : target.value) })
            }
            style={{ width: 150 }}
          />
        )}
      </div>
      <div className="row">
        <Select
          mode="multiple"
          aria-label={t('cohort.place')}
          placeholder={t('cohort.place')}
          value={places ?? []}
          onChange={(chosen) => list('places', chosen)}
          optionFilterProp="label"
          options={[...PLACES.keys()].map((value) => ({ value, label: words.place(value) }))}
          style={{ minWidth: 200, flex: 1 }}
        />
        {ids.length > 0 && (
          <Select
            mode="multiple"
            aria-label={t('cohort.organization')}
            placeholder={t('cohort.organization')}
            value={organizations ?? []}
            onChange={(chosen) => list('organizations', chosen)}
            options={ids.map((value) => ({ value, label: nameOf(value) }))}
            style={{ minWidth: 200, flex: 1 }}
          />
        )}
        <Select
          aria-label={t('cohort.life')}
          value={deceased === undefined ? 'any' : deceased ? 'deceased' : 'alive'}
          onChange={(value) =>
            change(withPart(criterion, 'deceased', value === 'any' ? undefined : value === 'deceased'))
          }
          options={[
            { value: 'any', label: `${t('cohort.life')}: ${t('cohort.any')}` },
            { value: 'alive', label: t('cohort.alive') },
            { value: 'deceased', label: t('cohort.deceased') },
          ]}
          style={{ minWidth: 130 }}
        />
      </div>
    </div>
  );
}
