import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  GMP_GRADES,
  type ParkSpace,
  PROVISIONS,
  type SpaceUnit,
  type UnitLine,
} from '../../src/modules/cluster/model.ts';
import { Facts, Panel, useAsk, useNotice } from '../ui/index.ts';
import { FormDialog } from './form-dialog.tsx';
import { UnitTag } from './park.tsx';
import { send, today, useAct, useAmounts, useThings } from './parks-ask.ts';

/** Everything of one unit, and what may be done with it. */
export function UnitPanel({ space, unit, close }: { space: ParkSpace; unit: UnitLine; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { area, number, yuan, named } = useAmounts();
  const [doing, setDoing] = useState<'edit' | 'lease' | 'reserve' | 'end'>();
  const ask = useAsk();
  const path = `/parks/${unit.park}/units/${unit.id}`;
  const release = useAct(() => send.post(`${path}/release`));
  const { lease, reservation } = unit;
  return (
    <Panel
      title={`${unit.building} · ${unit.name}`}
      actions={
        <>
          {space.mayManage && (
            <>
              <Button size="small" onClick={() => setDoing('edit')}>
                {t('projects.edit')}
              </Button>
              {reservation === null && unit.state !== 'let' && (
                <Button size="small" onClick={() => setDoing('reserve')}>
                  {t('parks.reserve')}
                </Button>
              )}
              {lease !== null && (
                <Button size="small" onClick={() => setDoing('end')}>
                  {t('parks.endLease')}
                </Button>
              )}
              <Button size="small" type="primary" onClick={() => setDoing('lease')}>
                {t('parks.sign')}
              </Button>
            </>
          )}
          {reservation !== null && (space.mayManage || reservation.own) && (
            <Button
              size="small"
              onClick={async () => {
                if ((await ask({ title: t('parks.releaseSure'), act: t('parks.release') })) !== undefined)
                  release.mutate(undefined);
              }}
            >
              {t('parks.release')}
            </Button>
          )}
          <Button size="small" onClick={close}>
            {t('parks.close')}
          </Button>
        </>
      }
    >
      <div className="columns">
        <Facts
          facts={[
            [t('parks.state'), <UnitTag key="state" unit={unit} />],
            [t('parks.areaM2'), area(unit.areaM2)],
            [t('parks.heightM'), number(unit.clearHeightM, 1)],
            [
              t('parks.loadKn'),
              unit.floorLoadKnM2 === null
                ? t('parks.unknown')
                : `${number(unit.floorLoadKnM2, 1)} (${number(unit.floorLoadKnM2 / TONNE_KN, 2)} t/m²)`,
            ],
            [t('parks.powerKva'), number(unit.powerKva)],
            [t('parks.gmp'), unit.gmp === null ? t('parks.unknown') : t(`parks.grades.${unit.gmp}`)],
            [
              t('parks.bsl'),
              unit.bsl === null ? t('parks.unknown') : unit.bsl === 0 ? t('parks.noneSuch') : `BSL-${unit.bsl}`,
            ],
            [t('parks.craneT'), number(unit.craneT, 1)],
            [t('parks.provisions'), unit.provisions.map((each) => t(`parks.provision.${each}`)).join(', ')],
          ]}
        />
        <Facts
          facts={[
            [t('parks.price'), yuan(unit.priceFenM2)],
            [t('parks.freeFrom'), unit.freeFrom],
            [t('parks.published'), t(unit.published ? 'parks.isPublished' : 'parks.notPublished')],
            [
              t('parks.tenant'),
              lease === null ? undefined : named({ name: lease.tenantName, nameZh: lease.tenantNameZh }),
            ],
            [t('parks.term'), lease === null ? undefined : `${lease.starts} – ${lease.ended ?? lease.ends}`],
            [t('parks.rentSteps'), lease?.rent.map(({ from, fenM2 }) => `${from}: ${yuan(fenM2)}`).join('; ')],
            [t('parks.deposit'), lease === null ? undefined : yuan(lease.depositFen)],
            [
              t('parks.heldFor'),
              reservation === null ? undefined : `${reservation.holderName} (${reservation.until.slice(0, 10)})`,
            ],
          ]}
        />
      </div>
      {doing === 'edit' && <UnitForm park={unit.park} unit={unit} close={() => setDoing(undefined)} />}
      {doing === 'lease' && <LeaseForm unit={unit} close={() => setDoing(undefined)} />}
      {doing === 'reserve' && <ReserveForm unit={unit} close={() => setDoing(undefined)} />}
      {doing === 'end' && lease !== null && <EndForm unit={unit} close={() => setDoing(undefined)} />}
    </Panel>
  );
}

/** Standard gravity: a tonne weighs so many kilonewtons. */
export const TONNE_KN = 9.80665;

export function UnitForm({ park, unit, close }: { park: string; unit?: SpaceUnit; close: () => void }) {
  const { t } = useTranslation('cluster');
  const keep = useAct(
    (body: object) =>
      unit === undefined
        ? send.post(`/parks/${park}/units`, body)
        : send.put(`/parks/${park}/units/${unit.id}`, { ...body, revision: unit.revision }),
    close,
  );
  const number = (name: string, label: string) => ({ name, label, kind: 'number' as const });
  return (
    <FormDialog
      title={unit === undefined ? t('parks.addUnit') : unit.name}
      act={t('parks.keep')}
      busy={keep.isPending}
      close={close}
      send={(filled) =>
        keep.mutate({ ...filled, provisions: filled['provisions'] ?? [], published: filled['published'] === true })
      }
      initial={unit === undefined ? {} : { ...unit }}
      fields={[
        { name: 'building', label: t('parks.building'), needed: true },
        { name: 'floor', label: t('parks.floor'), kind: 'number', needed: true, least: -9 },
        { name: 'name', label: t('parks.unit'), needed: true },
        { name: 'areaM2', label: t('parks.areaM2'), kind: 'number', needed: true },
        number('clearHeightM', t('parks.heightM')),
        { ...number('floorLoadKnM2', t('parks.loadKn')), note: t('parks.loadNote') },
        number('powerKva', t('parks.powerKva')),
        {
          name: 'gmp',
          label: t('parks.gmp'),
          kind: 'choice',
          options: [...GMP_GRADES, 'none'].map((value) => ({ value, label: t(`parks.grades.${value}`) })),
        },
        number('bsl', t('parks.bsl')),
        number('craneT', t('parks.craneT')),
        { name: 'priceFenM2', label: t('parks.price'), kind: 'yuan' },
        { name: 'availableFrom', label: t('parks.availableFrom'), kind: 'date' },
        { name: 'published', label: t('parks.published'), kind: 'flag', note: t('parks.publishedNote') },
        {
          name: 'provisions',
          label: t('parks.provisions'),
          kind: 'choices',
          options: PROVISIONS.map((value) => ({ value, label: t(`parks.provision.${value}`) })),
        },
      ]}
    />
  );
}

function LeaseForm({ unit, close }: { unit: UnitLine; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const { data } = useThings('enterprise,institution');
  const starts = unit.freeFrom ?? today();
  const sign = useAct(
    ({ rentFenM2, raiseFenM2, raiseFrom, ...body }: Record<string, unknown>) => {
      const raise = raiseFrom !== null && raiseFenM2 !== null ? [{ from: raiseFrom, fenM2: raiseFenM2 }] : [];
      return send.post(`/parks/${unit.park}/units/${unit.id}/leases`, {
        ...body,
        rent: [{ from: body['starts'], fenM2: rentFenM2 }, ...raise],
      });
    },
    () => {
      notice.done(t('parks.signed', { name: unit.name }));
      close();
    },
  );
  return (
    <FormDialog
      title={t('parks.signUnit', { name: unit.name })}
      act={t('parks.sign')}
      busy={sign.isPending}
      close={close}
      send={(filled) => sign.mutate(filled)}
      initial={{
        starts,
        noticeDays: 90,
        rentFenM2: unit.priceFenM2,
        ...(unit.reservation?.holder != null && { tenant: unit.reservation.holder }),
      }}
      fields={[
        {
          name: 'tenant',
          label: t('parks.tenant'),
          kind: 'choice',
          needed: true,
          options: (data?.things ?? []).map((thing) => ({ value: thing.id, label: named(thing) })),
        },
        { name: 'starts', label: t('parks.starts'), kind: 'date', needed: true },
        { name: 'ends', label: t('parks.lastDay'), kind: 'date', needed: true },
        { name: 'rentFenM2', label: t('parks.rentM2'), kind: 'yuan', needed: true },
        { name: 'raiseFrom', label: t('parks.raiseFrom'), kind: 'date' },
        { name: 'raiseFenM2', label: t('parks.raiseTo'), kind: 'yuan' },
        { name: 'depositFen', label: t('parks.deposit'), kind: 'yuan' },
        { name: 'noticeDays', label: t('parks.notice'), kind: 'number' },
      ]}
    />
  );
}

function ReserveForm({ unit, close }: { unit: UnitLine; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const { data } = useThings('enterprise,institution');
  const reserve = useAct((body: object) => send.post(`/parks/${unit.park}/units/${unit.id}/reserve`, body), close);
  return (
    <FormDialog
      title={t('parks.reserve')}
      about={t('parks.reserveAbout')}
      act={t('parks.reserve')}
      busy={reserve.isPending}
      close={close}
      send={(filled) => reserve.mutate(filled)}
      initial={{ days: 14 }}
      fields={[
        {
          name: 'holder',
          label: t('parks.tenant'),
          kind: 'choice',
          options: (data?.things ?? []).map((thing) => ({ value: thing.id, label: named(thing) })),
        },
        { name: 'holderName', label: t('parks.holderName') },
        { name: 'days', label: t('parks.days'), kind: 'number', needed: true, least: 1 },
      ]}
    />
  );
}

function EndForm({ unit, close }: { unit: UnitLine; close: () => void }) {
  const { t } = useTranslation('cluster');
  const end = useAct(
    (body: object) =>
      send.post(`/parks/${unit.park}/leases/${unit.lease?.id}/end`, { ...body, revision: unit.lease?.revision }),
    close,
  );
  return (
    <FormDialog
      title={t('parks.endLease')}
      act={t('parks.endLease')}
      busy={end.isPending}
      close={close}
      send={(filled) => end.mutate(filled)}
      initial={{ on: today() }}
      fields={[
        { name: 'on', label: t('parks.lastDay'), kind: 'date', needed: true },
        { name: 'reason', label: t('projects.reason'), kind: 'long', needed: true },
      ]}
    />
  );
}
