import { useTranslation } from 'react-i18next';
import { UNIT_STATES, type UnitLine } from '../../src/modules/cluster/model.ts';
import { useAddressValue } from '../shell/index.ts';
import { Panel } from '../ui/index.ts';
import { useAmounts } from './parks-ask.ts';

const [WIDTH, FLOOR, LABEL, GAP] = [1000, 52, 46, 6];

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
  const { area, number } = useAmounts();
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
                const words = `${unit.name}, ${area(unit.areaM2)}, ${t(`parks.states.${unit.state}`)}`;
                return (
                  <a
                    key={unit.id}
                    href={`?unit=${unit.id}`}
                    aria-label={words}
                    aria-current={unit.id === chosen}
                    onClick={(event) => {
                      event.preventDefault();
                      setUnit(unit.id);
                    }}
                  >
                    <title>{words}</title>
                    <rect x={at} y={y} width={width} height={FLOOR} rx={5} className={`unit-${unit.state}`} />
                    <text x={at + 8} y={y + 21}>
                      {unit.name}
                    </text>
                    <text x={at + 8} y={y + 39}>
                      {number(unit.areaM2)} m²
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
