import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Input, InputNumber, Segmented, Select } from 'antd';
import { useDeferredValue, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Bounds,
  type Code,
  type CodeOffer,
  EVENT_SOURCES,
  type EventCriterion,
  type EventPattern,
  FLAGS,
  type Flag,
  type Reach,
  type Step,
} from '../../src/modules/records/model.ts';
import { api } from '../shell/index.ts';
import { withPart } from './cohort-state.ts';
import { useCohortWords } from './cohort-words.ts';

const NEXT: Step = { event: { source: 'result' }, fromDays: 0, toDays: 30 };

/** What happened, how often, and what came before or after it. */
export function EventEditor(props: {
  criterion: EventCriterion;
  change: (criterion: EventCriterion) => void;
  reach: Reach;
}) {
  const { criterion, change, reach } = props;
  const { t } = useTranslation('records');
  const { event, pick, times, steps = [] } = criterion;
  const setSteps = (next: Step[]) => change(withPart(criterion, 'steps', next.length === 0 ? undefined : next));
  return (
    <div className="cohort-fields">
      <PatternEditor pattern={event} change={(next) => change({ ...criterion, event: next })} reach={reach} />
      <details open={pick !== undefined || times !== undefined || criterion.age !== undefined || steps.length > 0}>
        <summary>{t('cohort.more')}</summary>
        <div className="cohort-fields">
          {steps.length === 0 && <TimesEditor criterion={criterion} change={change} />}
          <div className="row">
            {times === undefined && <span className="quiet">{t('cohort.pick')}</span>}
            {times === undefined && (
              <Select
                aria-label={t('cohort.pick')}
                value={pick ?? 'any'}
                onChange={(value: 'any' | 'first' | 'last') =>
                  change(withPart(criterion, 'pick', value === 'any' ? undefined : value))
                }
                options={(['any', 'first', 'last'] as const).map((value) => ({
                  value,
                  label: t(`cohort.picks.${value}`),
                }))}
              />
            )}
            <Range
              label={t('cohort.ageAt')}
              unit={t('cohort.years')}
              value={[criterion.age?.from, criterion.age?.to]}
              change={([from, to]) => change(withPart(criterion, 'age', yearsOf(from, to)))}
            />
          </div>
          {steps.map((step, at) => (
            <StepEditor
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity beyond their place
              key={at}
              number={at + 2}
              step={step}
              reach={reach}
              change={(next) => setSteps(steps.with(at, next))}
              remove={() => setSteps(steps.toSpliced(at, 1))}
            />
          ))}
          {times === undefined && steps.length < 6 && (
            <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => setSteps([...steps, NEXT])}>
              {t('cohort.addStep')}
            </Button>
          )}
        </div>
      </details>
    </div>
  );
}

function TimesEditor({
  criterion,
  change,
}: {
  criterion: EventCriterion;
  change: (criterion: EventCriterion) => void;
}) {
  const { t } = useTranslation('records');
  const { times } = criterion;
  const { atLeast = 1 } = times ?? {};
  const set = (count: number | null) => {
    if (count === null || count <= 1) return change(withPart(criterion, 'times', undefined));
    const { pick: _, ...rest } = criterion;
    change({ ...rest, times: { ...times, atLeast: count } });
  };
  const days = (part: 'withinDays' | 'apartDays', label: string) => (
    <span className="row">
      <span className="quiet">{label}</span>
      <InputNumber
        aria-label={`${label} ${t('cohort.days')}`}
        min={0}
        max={36_525}
        precision={0}
        value={times?.[part] ?? null}
        onChange={(value) => times && change({ ...criterion, times: withPart(times, part, value ?? undefined) })}
      />
      <span className="quiet">{t('cohort.days')}</span>
    </span>
  );
  return (
    <div className="row">
      <span className="quiet">{t('cohort.times')}</span>
      <InputNumber aria-label={t('cohort.times')} min={1} max={100} precision={0} value={atLeast} onChange={set} />
      <span className="quiet">{t('cohort.timesUnit')}</span>
      {atLeast > 1 && days('apartDays', t('cohort.apart'))}
      {atLeast > 1 && days('withinDays', t('cohort.within'))}
    </div>
  );
}

function StepEditor(props: {
  number: number;
  step: Step;
  change: (step: Step) => void;
  remove: () => void;
  reach: Reach;
}) {
  const { number, step, change, remove, reach } = props;
  const { t } = useTranslation('records');
  // Days are told from the event that the step relates to: before it they are negative.
  const isBefore = step.toDays <= 0 && step.fromDays < 0;
  const [near, far] = isBefore ? [-step.toDays, -step.fromDays] : [step.fromDays, step.toDays];
  const set = (before: boolean, one: number, other: number) => {
    const [least, most] = [Math.min(one, other), Math.max(one, other)];
    change({ ...step, ...(before ? { fromDays: -most, toDays: -least } : { fromDays: least, toDays: most }) });
  };
  const title = t('cohort.step', { number });
  return (
    <fieldset className="cohort-step">
      <legend>{title}</legend>
      <div className="row">
        <Select
          aria-label={`${title}: ${t('cohort.presence')}`}
          value={step.absent === true ? 'mustNot' : 'must'}
          onChange={(value) => change(withPart(step, 'absent', value === 'mustNot' ? true : undefined))}
          options={(['must', 'mustNot'] as const).map((value) => ({ value, label: t(`cohort.${value}`) }))}
        />
        <InputNumber
          aria-label={`${title}: ${t('cohort.from')}`}
          max={36_525}
          precision={0}
          value={near}
          onChange={(value) => set(isBefore, value ?? 0, far)}
        />
        <span className="quiet">{t('cohort.to')}</span>
        <InputNumber
          aria-label={`${title}: ${t('cohort.to')}`}
          max={36_525}
          precision={0}
          value={far}
          onChange={(value) => set(isBefore, near, value ?? 0)}
        />
        <span className="quiet">{t('cohort.days')}</span>
        <Segmented
          aria-label={`${title}: ${t('cohort.direction')}`}
          value={isBefore ? 'before' : 'after'}
          onChange={(value) => set(value === 'before', near, value === 'before' && far === 0 ? 1 : far)}
          options={(['after', 'before'] as const).map((value) => ({ value, label: t(`cohort.${value}`) }))}
        />
        <Button
          size="small"
          type="text"
          icon={<DeleteOutlined />}
          aria-label={t('cohort.removeStep')}
          onClick={remove}
        />
      </div>
      <PatternEditor pattern={step.event} change={(event) => change({ ...step, event })} reach={reach} />
    </fieldset>
  );
}

function PatternEditor(props: { pattern: EventPattern; change: (pattern: EventPattern) => void; reach: Reach }) {
  const { pattern, change, reach } = props;
  const { t } = useTranslation('records');
  const [units, setUnits] = useState<readonly string[]>([]);
  const { source, codes = [], unit, flag, since, until } = pattern;
  const setCodes = (next: Code[], offered: readonly CodeOffer[]) => {
    const found = [...new Set(offered.flatMap((offer) => offer.units))];
    setUnits(found);
    const { codes: _, unit: __, value: ___, ...rest } = pattern;
    const one = found.length > 0 && source === 'result' && next.length > 0;
    // The most frequent unit is the likeliest; a value that was typed stays when its unit still fits.
    const kept = unit !== undefined && found.includes(unit);
    change({
      ...rest,
      ...(next.length > 0 && { codes: next }),
      ...(one && kept && { unit, ...(pattern.value !== undefined && { value: pattern.value }) }),
    });
  };
  const day = (part: 'since' | 'until', value: string | undefined) => (
    <Input
      type="date"
      aria-label={t(`cohort.${part}`)}
      title={t(`cohort.${part}`)}
      value={value ?? ''}
      min="1900-01-01"
      max="2199-12-31"
      onChange={({ target }) => change(withPart(pattern, part, target.value === '' ? undefined : target.value))}
      style={{ width: 150 }}
    />
  );
  return (
    <div className="cohort-fields">
      <div className="row">
        <Select
          aria-label={t('cohort.source')}
          value={source}
          onChange={(value) => change({ source: value, ...(since && { since }), ...(until && { until }) })}
          options={EVENT_SOURCES.map((value) => ({ value, label: t(`cohort.sources.${value}`) }))}
          style={{ minWidth: 170 }}
        />
        <CodePicker source={source} codes={codes} change={setCodes} reach={reach} />
      </div>
      {source === 'result' && (
        <div className="row">
          {codes.length > 0 && <ValueEditor pattern={pattern} change={change} units={units} />}
          <Select
            aria-label={t('cohort.flag')}
            value={flag ?? 'any'}
            onChange={(value: 'any' | Flag) => change(withPart(pattern, 'flag', value === 'any' ? undefined : value))}
            options={[
              { value: 'any' as const, label: `${t('cohort.flag')}: ${t('cohort.any')}` },
              ...FLAGS.map((value) => ({ value, label: t(`cohort.flags.${value}`) })),
            ]}
            style={{ minWidth: 200 }}
          />
        </div>
      )}
      <div className="row">
        <span className="quiet">{t('cohort.since')}</span>
        {day('since', since)}
        <span className="quiet">{t('cohort.until')}</span>
        {day('until', until)}
      </div>
    </div>
  );
}

/** Codes that really occur, with how often. */
function CodePicker(props: {
  source: EventPattern['source'];
  codes: readonly Code[];
  change: (codes: Code[], offered: readonly CodeOffer[]) => void;
  reach: Reach;
}) {
  const { source, codes, change, reach } = props;
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const text = useDeferredValue(typed).trim();
  const query = useQuery({
    queryKey: ['cohort-codes', source, reach, text],
    queryFn: ({ signal }) =>
      api.get<{ codes: CodeOffer[] }>('/api/records/cohorts/codes', { query: { source, reach, q: text }, signal }),
    enabled: open,
    staleTime: 5 * 60_000,
    placeholderData: (before) => before,
  });
  const offers = query.data?.codes ?? [];
  const keyOf = ({ system = '', code }: Code) => `${system}|${code}`;
  const known = new Map<string, Code | CodeOffer>([...codes, ...offers].map((code) => [keyOf(code), code]));
  const pick = (keys: string[]) => {
    const chosen = keys.flatMap((key) => known.get(key) ?? []);
    const bare = chosen.map(({ system, code, name, nameZh }) => ({
      code,
      ...(system !== undefined && { system }),
      ...(name !== undefined && { name: name.slice(0, 200) }),
      ...(nameZh !== undefined && { nameZh }),
    }));
    change(
      bare,
      chosen.filter((code): code is CodeOffer => 'units' in code),
    );
  };
  return (
    <Select
      mode="multiple"
      aria-label={t('cohort.codes')}
      placeholder={t('cohort.codesHint')}
      value={codes.map(keyOf)}
      onChange={pick}
      onOpenChange={setOpen}
      showSearch={{ searchValue: typed, onSearch: setTyped, filterOption: false }}
      loading={query.isFetching}
      notFoundContent={query.isPending ? t('cohort.counting') : t('cohort.noCodes')}
      popupMatchSelectWidth={false}
      optionLabelProp="title"
      options={[...known.values()].map((code) => ({
        value: keyOf(code),
        title: words.code(code),
        label: (
          <span className="cohort-offer">
            <span>{words.code(code)}</span>
            <code>{code.code}</code>
            {'events' in code && <small className="quiet numbers">{t('cohort.events', { count: code.events })}</small>}
          </span>
        ),
      }))}
      style={{ minWidth: 240, flex: 1 }}
    />
  );
}

type Op = 'any' | 'least' | 'above' | 'most' | 'below' | 'between';

function ValueEditor(props: {
  pattern: EventPattern;
  change: (pattern: EventPattern) => void;
  units: readonly string[];
}) {
  const { pattern, change, units } = props;
  const { t } = useTranslation('records');
  const id = useId();
  const { unit, value } = pattern;
  const [op, setOp] = useState<Op>(opOf(value));
  const shown = value === undefined && op !== 'any' ? op : opOf(value);
  const choices = [...new Set([...units, ...(unit === undefined ? [] : [unit])])];
  const set = (next: Bounds | undefined) => {
    const bounded = withPart(pattern, 'value', next);
    change(next !== undefined && unit === undefined ? { ...bounded, unit: choices[0] ?? '' } : bounded);
  };
  const choose = (chosen: Op) => {
    setOp(chosen);
    const bound = value?.least ?? value?.above ?? value?.most ?? value?.below;
    if (chosen === 'any' || bound === undefined) return set(undefined);
    set(chosen === 'between' ? { least: bound, most: value?.most ?? bound } : { [chosen]: bound });
  };
  const bound = (part: keyof Bounds, label: string) => (
    <InputNumber
      key={part}
      aria-label={label}
      placeholder={label}
      value={value?.[part] ?? null}
      onChange={(typed) => {
        const next = withPart(value ?? {}, part, typed ?? undefined);
        set(Object.keys(next).length === 0 ? undefined : next);
      }}
      style={{ width: 100 }}
    />
  );
  return (
    <>
      <Select
        id={id}
        aria-label={t('cohort.value')}
        value={shown}
        onChange={choose}
        options={(['any', 'least', 'above', 'most', 'below', 'between'] as const).map((each) => ({
          value: each,
          label: t(`cohort.ops.${each}`),
        }))}
        style={{ minWidth: 130 }}
      />
      {shown === 'between' && [bound('least', t('cohort.lower')), bound('most', t('cohort.upper'))]}
      {shown !== 'between' && shown !== 'any' && bound(shown, t('cohort.bound'))}
      <Select
        aria-label={t('cohort.unit')}
        placeholder={t('cohort.unit')}
        allowClear={value === undefined}
        value={unit ?? null}
        onChange={(next: string | null | undefined) => change(withPart(pattern, 'unit', next ?? undefined))}
        options={choices.map((each) => ({ value: each, label: each === '' ? t('cohort.noUnit') : each }))}
        style={{ minWidth: 110 }}
      />
    </>
  );
}

function opOf(value: Bounds | undefined): Op {
  const parts = Object.keys(value ?? {}) as (keyof Bounds)[];
  return parts.length > 1 ? 'between' : (parts[0] ?? 'any');
}

/** Two whole numbers; either may be absent. */
export function Range(props: {
  label: string;
  unit: string;
  value: readonly [number | undefined, number | undefined];
  change: (value: [number | undefined, number | undefined]) => void;
}) {
  const { label, unit, value, change } = props;
  const { t } = useTranslation('records');
  const [from, to] = value;
  const input = (which: string, one: number | undefined, set: (next: number | undefined) => void) => (
    <InputNumber
      aria-label={`${label}: ${which}`}
      min={0}
      max={150}
      precision={0}
      value={one ?? null}
      onChange={(typed) => set(typed ?? undefined)}
      style={{ width: 76 }}
    />
  );
  return (
    <span className="row">
      <span className="quiet">{label}</span>
      {input(t('cohort.from'), from, (next) => change([next, to]))}
      <span className="quiet">{t('cohort.to')}</span>
      {input(t('cohort.to'), to, (next) => change([from, next]))}
      <span className="quiet">{unit}</span>
    </span>
  );
}

/** Absent where nothing is asked; the larger one is the end, whichever was typed first. */
export function yearsOf(from: number | undefined, to: number | undefined): { from?: number; to?: number } | undefined {
  if (from === undefined && to === undefined) return undefined;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
