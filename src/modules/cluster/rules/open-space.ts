import type { UnitLine } from '../model.ts';
import { csvLines } from './open-data.ts';

const FEN = 100;
const HEAD =
  'park,parkName,unit,building,floor,name,areaM2,clearHeightM,floorLoadKnM2,powerKva,gmp,bsl,craneT,provisions,askedYuanM2Month,freeFrom'.split(
    ',',
  );

/** A line for each unit; what is unknown is empty. */
export function openSpaceCsv(units: readonly (UnitLine & { parkName: string })[]): string {
  const text = (value: string | number | null) => (value === null ? null : String(value));
  return csvLines([
    HEAD,
    ...units.map((unit) =>
      [
        ...[unit.park, unit.parkName, unit.id, unit.building, unit.floor, unit.name, unit.areaM2, unit.clearHeightM],
        ...[unit.floorLoadKnM2, unit.powerKva, unit.gmp, unit.bsl, unit.craneT, unit.provisions.join('; ')],
        ...[unit.priceFenM2 === null ? null : unit.priceFenM2 / FEN, unit.freeFrom],
      ].map(text),
    ),
  ]);
}
