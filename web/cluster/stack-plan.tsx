import { useTranslation } from 'react-i18next';
import { UNIT_STATES, type UnitLine } from '../../src/modules/cluster/model.ts';
import { useAddressValue } from '../shell/index.ts';
import { Panel } from '../ui/index.ts';
import { useAmounts } from './parks-ask.ts';

const [WIDTH, FLOOR, LABEL, GAP] = [1000, 66, 46, 6];

/** Each building floor by floor, each unit as wide as its area. */
export function StackPlan({ units, chosen }: { units: readonly UnitLine[]; chosen: string }) {
  const { t } = useTranslation('cluster');
  const buildings = [...Map.groupBy(units, ({ building }) => building)];
  return (
    <div className="stack">
      <div className="plan-legend">
        {UNIT_STATES.map((state) => (
          <span key={state}>
            <svg width="14" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="3" className={`unit-${state}`} />
            </svg>{' '}
            {t(`parks.states.${state}`)}
          </span>
        ))}
      </div>
      <div className="columns">
        {buildings.map(([building, own]) => (
          <Panel key={building} title={t('parks.buildingOf', { name: building })}>
            <Building units={own} chosen={chosen} label={t('parks.buildingOf', { name: building })} />
          </Panel>
        ))}
      </div>
    </div>
  );
}

function Building({ units, chosen, label }: { units: readonly UnitLine[]; chosen: string; label: string }) {
  const { t } = useTranslation('cluster');
  const { number } = useAmounts();
  const [, setUnit] = useAddressValue('unit');
  const floors = [...Map.groupBy(units, ({ floor }) => floor)].sort(([one], [two]) => two - one);
  const widest = Math.max(...floors.map(([, own]) => own.reduce((sum, { areaM2 }) => sum + areaM2, 0)));
  const height = floors.length * (FLOOR + GAP);
  return (
    <div className="stack-plan">
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing whose parts are links has no element of its own */}
      <svg viewBox={`0 0 ${WIDTH / 2} ${height}`} role="group" aria-label={label}>
        {floors.map(([floor, own], row) => {
          const y = row * (FLOOR + GAP);
          let x = LABEL;
          return (
            <g key={floor}>
              <text x={0} y={y + FLOOR / 2 + 4}>
                {t('parks.floorShort', { floor })}
              </text>
              {own.map((unit) => {
                const width = (unit.areaM2 / widest) * (WIDTH / 2 - LABEL);
                const at = x;
                x += width;
                return (
                  <a
                    key={unit.id}
                    href={`?unit=${unit.id}`}
                    aria-current={unit.id === chosen}
                    onClick={(event) => {
                      event.preventDefault();
                      setUnit(unit.id);
                    }}
                  >
                    <rect x={at} y={y} width={width} height={FLOOR} rx={5} className={`unit-${unit.state}`} />
                    <text x={at + 8} y={y + 21}>
                      {unit.name}
                    </text>
                    <text x={at + 8} y={y + 38}>
                      {number(unit.areaM2)} m²
                    </text>
                    <text x={at + 8} y={y + 55}>
                      {t(`parks.shortStates.${unit.state}`)}
                    </text>
                  </a>
                );
              })}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
