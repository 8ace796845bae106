/** What two reports of the same case have in common, field by field. */
export type FieldModel =
  | {
      kind: 'category';
      name: string;
      /** Chance that a filled-in value is a random one instead of the true one. */
      miss: number;
    }
  | {
      kind: 'number';
      name: string;
      miss: number;
      /** Chance of a value near the true one, e.g. a date some days off, and how far: the standard deviation in the field's own whole unit. */
      deviation: number;
      spread: number;
    }
  | {
      kind: 'terms';
      name: string;
      /** Chance that a term that belongs to the case is left out, or one that does not is put in. */
      miss: number;
    };

/** One report: for every field its value, its number or its terms; undefined or empty where it says nothing. */
export type CaseRecord = readonly (string | number | readonly string[] | undefined)[];

/**
 * Rates to begin with, until confirmed duplicates tell better ones.
 *
 * Own choice in the order of magnitude that Noren et al. report for the WHO database.
 */
export const CASE_FIELDS: readonly FieldModel[] = [
  { kind: 'category', name: 'sex', miss: 0.05 },
  { kind: 'category', name: 'place', miss: 0.05 },
  { kind: 'category', name: 'outcome', miss: 0.1 },
  { kind: 'number', name: 'ageYears', miss: 0.02, deviation: 0.05, spread: 2 },
  { kind: 'number', name: 'onsetDay', miss: 0.02, deviation: 0.1, spread: 20 },
  { kind: 'terms', name: 'products', miss: 0.1 },
  { kind: 'terms', name: 'reactions', miss: 0.2 },
];
