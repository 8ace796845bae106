/** Tests, named like LOINC codes; the 32nd is HbA1c. */
const TESTS = 400;
/** A panel is ten neighbouring tests; a visit asks for one, its later tests ever more seldom. */
const PANEL = 10;
/** 1 - 0.05 * j summed over the ten tests of a panel. */
const RESULTS_OF_A_VISIT = 7.75;
const DISTRICTS = 125;
const ORGANISATIONS_OF_A_DISTRICT = 61;
const RESULTS_OF_A_PATIENT = 100;
export const FIRST_YEAR = 2016;
export const LAST_YEAR = 2025;
const FIRST_DAY = `${FIRST_YEAR}-01-01`;
/** Of the ten years. */
const DAYS = 3653;

export interface Plan {
  /** About so many results come out: how many a visit has is drawn. */
  rows: number;
  visits: number;
  patients: number;
}

export function planOf(rows: number): Plan {
  return {
    rows,
    visits: Math.round(rows / RESULTS_OF_A_VISIT),
    patients: Math.round(rows / RESULTS_OF_A_PATIENT),
  };
}

/** Columns of the view that are given; the others are empty for what an analyzer reports. */
export const GIVEN = [
  'id',
  'patient',
  'code',
  'code_system',
  'code_text',
  'time',
  'value',
  'unit',
  'flag',
  'low',
  'high',
  'status',
  'specimen',
  'service_request',
  'organization',
  'encounter',
  'sex',
  'birth_date',
  'district',
];

/**
 * ClickHouse SQL that makes the laboratory results of the visits `from` (inclusive) to `to` (exclusive), the same ones each time, in the order in
 * which they arrive, with the columns `GIVEN` of the view `laboratory_result`.
 *
 * - panels and so tests by Zipf's law; a panel's results share patient, time, place, specimen and order;
 * - patients come unevenly often; most visits are in the own district and to the usual organisation; districts and organisations differ widely in size;
 * - more results every year, more in winter, few on weekends, most in the morning, a tenth round the clock;
 * - values are log-normal by test, sex and age, part of each person's own, rounded to the test's digits.
 *
 * Ids look like the platform's: patient.own, 25 letters each, with as many random bits.
 */
export function resultsBetween({ visits, patients }: Plan, from: number, to: number): string {
  const ofTest = 'v * 16 + j';
  return `
    with
      visits as (
        select
          number as v,
          toUInt32(floor(${patients} * pow(${draw(1, 'v')}, 1.3))) as p,
          toUInt16(floor(exp(${draw(2, 'v')} * log(${TESTS / PANEL + 1})))) - 1 as panel,
          pow((v + ${draw(3, 'v')}) / ${visits}, 0.8) as progress,
          least(0.99999, greatest(0, progress + 0.003 * sin(20 * pi() * progress))) as season,
          toDate('${FIRST_DAY}') + toUInt32(floor(${DAYS} * season)) as drawn,
          toDayOfWeek(drawn) as weekday,
          drawn + multiIf(weekday = 7 and ${draw(4, 'v')} < 0.75, 1, weekday = 6 and ${draw(4, 'v')} < 0.5, 2, 0) as day,
          toUInt32(if(${draw(5, 'v')} < 0.1, 86399 * ${draw(6, 'v')}, 27000 + 43200 * pow(${draw(6, 'v')}, 1.7))) as second,
          toDateTime(least(day, toDate('${FIRST_DAY}') + ${DAYS - 1}), 'UTC') + second as at,
          if(${draw(21, 'p')} < 0.52, 'female', 'male') as sex,
          toDate32('1926-01-01') + toUInt32(90 * 365.25 * ${draw(22, 'p')}) as birth_date,
          toUInt16(floor(${DISTRICTS} * pow(${draw(20, 'p')}, 1.8))) as home,
          if(${draw(7, 'v')} < 0.9, home, toUInt16(floor(${DISTRICTS} * pow(${draw(8, 'v')}, 1.8)))) as where,
          toUInt32(where * ${ORGANISATIONS_OF_A_DISTRICT} + floor(${ORGANISATIONS_OF_A_DISTRICT} * pow(if(${draw(9, 'v')} < 0.7, ${draw(23, 'p')}, ${draw(10, 'v')}), 3))) as o,
          ${idOf('p * 8 + 1', '1433116800 + p % 5000000')} as patient,
          concat(patient, '.', ${idOf('v * 8 + 2', 'at')}) as specimen,
          concat(patient, '.', ${idOf('v * 8 + 3', 'at')}) as service_request,
          concat(patient, '.', ${idOf('v * 8 + 4', 'at')}) as encounter,
          ${idOf('o * 8 + 5', '1433116800')} as organization,
          toString(440000 + intDiv(home, 12) * 100 + home % 12 + 3) as district
        from numbers_mt(${from}, ${to - from})
      ),
      tests as (
        select *, arrayJoin(arrayFilter(j -> ${draw(11, ofTest)} < 1 - 0.05 * j, range(${PANEL}))) as j, toUInt16(panel * ${PANEL} + j) as t
        from visits
      )
    select
      concat(patient, '.', ${idOf(`(${ofTest}) * 8 + 6`, 'at')}) as id,
      patient,
      if(t = 31, '${HBA1C}', concat(toString(1000 + t * 173), '-', toString(t % 10))) as code,
      'http://loinc.org' as code_system,
      concat('Test ', toString(t)) as code_text,
      toDateTime64(at, 3, 'UTC') as time,
      if(t = 31, 5.8, 1 + t * 37 % 300) as middle,
      if(t = 31, 0.16, 0.15 + t % 7 * 0.05) as spread,
      round(exp(
        log(middle) + spread * (0.75 * ${normal(12, `p * 512 + t`)} + 0.66 * ${normal(14, ofTest)})
        + if(sex = 'male', 0.05 * (t % 3), 0) + (toYear(at) - toYear(birth_date)) * 0.0008 * (t % 5)
      ), t % 4) as value,
      ['mmol/L', 'g/L', 'umol/L', 'U/L', '10*9/L', '%', 'mg/L', 'ng/mL', 'pmol/L', 'mIU/L'][1 + t % 10] as unit,
      multiIf(value < low, 'L', value > high, 'H', 'N') as flag,
      round(middle * 0.67, t % 4) as low,
      round(middle * 1.5, t % 4) as high,
      if(${draw(16, ofTest)} < 0.02, 'corrected', 'final') as status,
      specimen, service_request, organization, encounter, sex, birth_date, district, p
    from tests`;
}

export const HBA1C = '4548-4';

/** A number from 0 to 1, always the same for a thing and a purpose. @param purpose below 64 */
function draw(purpose: number, thing: string): string {
  return `(intHash64((${thing}) * 64 + ${purpose}) / 18446744073709551616.)`;
}

/** Box and Muller's; takes two purposes. */
function normal(purpose: number, thing: string): string {
  return `(sqrt(-2 * log(${draw(purpose, thing)} + 1e-18)) * cos(2 * pi() * ${draw(purpose + 1, thing)}))`;
}

/** 25 letters: 28 bits of time, then 72 random ones. */
function idOf(thing: string, second: string): string {
  const random = `concat(hex(intHash64(${thing})), substring(hex(intHash64((${thing}) + 4611686018427387904)), 1, 2))`;
  return `lower(concat(substring(hex(toUInt32(${second})), 2), ${random}))`;
}
