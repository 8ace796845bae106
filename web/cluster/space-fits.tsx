import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundSpace, SpaceCheck, SpaceFit } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { Empty, Scroller, StatusTag, type Tone, useNotice } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { TONNE_KN } from './park-unit.tsx';
import { send, useAct, useAmounts } from './parks-ask.ts';
import './parks.css';

const TONES: Readonly<Record<SpaceFit['verdict'], Tone>> = {
  fits: 'good',
  'may-fit': 'info',
  nearly: 'warning',
  no: 'neutral',
};
const MOST_COMPARED = 4;

/** The units to compare, in the address. */
export function useCompared(): { compared: readonly string[]; turn: (unit: string) => void; clear: () => void } {
  const { values, set } = useAddressValues();
  const compared = String(values['compare'] ?? '')
    .split(',')
    .filter((each) => each !== '');
  const keep = (units: readonly string[]) => set({ compare: units.join(',') });
  return {
    compared,
    turn: (unit) => keep(compared.includes(unit) ? compared.filter((each) => each !== unit) : [...compared, unit]),
    clear: () => keep([]),
  };
}

/** Units with how they answer each need; chosen to compare, reserved, or opened in their park. */
export function Fits({ fits, tenants, none }: Pick<FoundSpace, 'fits' | 'tenants'> & { none?: string }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const { compared, turn } = useCompared();
  const [reserving, setReserving] = useState<SpaceFit>();
  const reserve = useAct(
    (body: object) => send.post(`/parks/${reserving?.unit.park}/units/${reserving?.unit.id}/reserve`, body),
    () => {
      notice.done(t('space.reserved'));
      setReserving(undefined);
    },
  );
  return (
    <>
      {fits.length === 0 && <Empty title={t('space.none')}>{none ?? t('space.noneAbout')}</Empty>}
      {fits.map((fit) => (
        <article className="fit" key={fit.unit.id}>
          <span className="row">
            <StatusTag tone={TONES[fit.verdict]}>{t(`space.verdicts.${fit.verdict}`)}</StatusTag>
            <UnitLink fit={fit} />
            <ExampleTag on={fit.unit.example} />
            {fit.unit.reservation?.own === true && <StatusTag tone="info">{t('space.heldByYou')}</StatusTag>}
          </span>
          <Key unit={fit.unit} />
          <ul className="fit-checks">
            {fit.checks.map((check) => (
              <Check key={check.need} check={check} />
            ))}
          </ul>
          <span className="row no-print">
            <Checkbox
              checked={compared.includes(fit.unit.id)}
              disabled={compared.length >= MOST_COMPARED && !compared.includes(fit.unit.id)}
              onChange={() => turn(fit.unit.id)}
            >
              {t('space.compare')}
              <span className="unseen"> {fit.unit.name}</span>
            </Checkbox>
            {tenants.length > 0 && fit.verdict !== 'no' && fit.unit.reservation === null && (
              <Button size="small" onClick={() => setReserving(fit)}>
                {t('parks.reserve')}
              </Button>
            )}
          </span>
        </article>
      ))}
      {reserving !== undefined && (
        <FormDialog
          title={t('parks.reserve')}
          about={t('parks.reserveAbout')}
          act={t('parks.reserve')}
          busy={reserve.isPending}
          close={() => setReserving(undefined)}
          send={(filled) => reserve.mutate(filled)}
          initial={{ days: 14, holder: tenants[0]?.id }}
          fields={[
            {
              name: 'holder',
              label: t('space.for'),
              kind: 'choice',
              needed: true,
              options: tenants.map((each) => ({ value: each.id, label: named(each) })),
            },
            { name: 'days', label: t('parks.days'), kind: 'number', needed: true, least: 1 },
          ]}
        />
      )}
    </>
  );
}

/** What a unit is, in a line; what is unknown is left out. */
function Key({ unit }: { unit: SpaceFit['unit'] }) {
  const { t } = useTranslation('cluster');
  const { area, number, yuan } = useAmounts();
  const parts = [
    area(unit.areaM2),
    unit.clearHeightM !== null && `${number(unit.clearHeightM, 1)} m`,
    unit.floorLoadKnM2 !== null && `${number(unit.floorLoadKnM2, 1)} kN/m²`,
    unit.gmp !== null && unit.gmp !== 'none' && `GMP ${unit.gmp}`,
    unit.priceFenM2 !== null && t('space.aMonth', { rent: yuan(unit.priceFenM2) }),
  ];
  return <span className="quiet">{parts.filter((part) => part !== false).join(' · ')}</span>;
}

function UnitLink({ fit: { unit, together, parkName, parkNameZh } }: { fit: SpaceFit }) {
  const { named } = useAmounts();
  const names = [unit.name, ...together.map(({ name }) => name)].join(' + ');
  return (
    <Go to={`/cluster/parks/${unit.park}?unit=${unit.id}`}>
      {[named({ name: parkName, nameZh: parkNameZh }), unit.building, names].join(' · ')}
    </Go>
  );
}

/** Up to four units side by side. */
export function Comparison({ fits }: { fits: readonly SpaceFit[] }) {
  const { t } = useTranslation('cluster');
  const { area, number, yuan } = useAmounts();
  const shown = (known: number | string | null, text: (value: string) => string) =>
    known === null ? t('parks.unknown') : text(String(known));
  const lines: readonly (readonly [string, (unit: SpaceFit['unit']) => string])[] = [
    [t('parks.areaM2'), (unit) => area(unit.areaM2)],
    [t('parks.floor'), (unit) => number(unit.floor)],
    [t('parks.heightM'), (unit) => number(unit.clearHeightM, 1)],
    [t('parks.loadKn'), (unit) => number(unit.floorLoadKnM2, 1)],
    [t('parks.powerKva'), (unit) => number(unit.powerKva)],
    [t('parks.gmp'), (unit) => shown(unit.gmp, (grade) => t(`parks.grades.${grade}`))],
    [t('parks.bsl'), (unit) => shown(unit.bsl, (level) => (level === '0' ? t('parks.noneSuch') : `BSL-${level}`))],
    [t('parks.craneT'), (unit) => number(unit.craneT, 1)],
    [t('parks.provisions'), (unit) => unit.provisions.map((each) => t(`parks.provision.${each}`)).join(', ')],
    [t('parks.price'), (unit) => yuan(unit.priceFenM2)],
    [t('parks.freeFrom'), (unit) => unit.freeFrom ?? t('parks.unknown')],
  ];
  return (
    <Scroller label={t('space.compare')} className="matrix-scroll">
      <table className="matrix">
        <thead>
          <tr>
            <th scope="col">{t('parks.unit')}</th>
            {fits.map((fit) => (
              <th key={fit.unit.id} scope="col">
                <UnitLink fit={fit} /> <ExampleTag on={fit.unit.example} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(([label, tell]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {fits.map(({ unit }) => (
                <td key={unit.id}>{tell(unit)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

/** One thing that was asked for, and by how much it is missed. */
function Check({ check: { need, verdict, has, missedBy } }: { check: SpaceCheck }) {
  const { t } = useTranslation('cluster');
  const { number, percent, yuan } = useAmounts();
  const shown = (value: number | string | null): string => {
    if (value === null) return t('parks.unknown');
    if (need === 'gmp') return t(`parks.grades.${value}`);
    if (need === 'provisions')
      return String(value)
        .split(' ')
        .filter((each) => each !== '')
        .map((each) => t(`parks.provision.${each}`))
        .join(', ');
    if (need === 'mostFenM2') return yuan(Number(value));
    if (need === 'floorLoadKnM2') return `${number(Number(value), 1)} (${number(Number(value) / TONNE_KN, 2)} t/m²)`;
    return typeof value === 'number' ? number(value, 1) : value;
  };
  const short =
    missedBy === undefined
      ? ''
      : need === 'by'
        ? t('space.daysLate', { days: missedBy })
        : need === 'gmp' || need === 'provisions'
          ? t('space.missing')
          : t(need === 'mostFenM2' || need === 'mostAreaM2' ? 'space.over' : 'space.short', {
              share: percent(missedBy),
            });
  return (
    <li>
      <StatusTag tone={verdict === 'met' ? 'good' : verdict === 'unknown' ? 'info' : 'danger'}>
        {t(`space.needs.${need}`)}: {shown(has)} {short}
      </StatusTag>
    </li>
  );
}
