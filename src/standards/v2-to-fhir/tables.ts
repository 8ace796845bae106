/** Concept maps of the v2-to-FHIR guide: HL7 table to FHIR code. A code that is absent has no counterpart there. */
export type Table = Readonly<Record<string, string>>;

/** HL7 0001 */
export const GENDER: Table = { F: 'female', M: 'male', O: 'other', U: 'unknown', A: 'other', N: 'other' };

/** HL7 0200 */
export const NAME_USE: Table = {
  BAD: 'old',
  D: 'usual',
  L: 'official',
  M: 'maiden',
  MSK: 'anonymous',
  N: 'nickname',
  NAV: 'temp',
  R: 'official',
  TEMP: 'temp',
};

/** HL7 0465 to the codes of the ISO 21090 extension. */
export const NAME_REPRESENTATION: Table = { A: 'ABC', I: 'IDE', P: 'SYL' };

/** HL7 0190 */
export const ADDRESS_USE: Table = { BA: 'old', BI: 'billing', C: 'temp', B: 'work', H: 'home', O: 'work' };
export const ADDRESS_TYPE: Table = { M: 'postal', SH: 'postal' };

/** HL7 0201 and 0202. CP is a phone whose use is mobile. */
export const TELECOM_USE: Table = { PRN: 'home', ORN: 'home', VHN: 'home', WPN: 'work', PRS: 'mobile' };
export const TELECOM_SYSTEM: Table = {
  PH: 'phone',
  CP: 'phone',
  FX: 'fax',
  BP: 'pager',
  MD: 'other',
  SAT: 'other',
  TDD: 'other',
  TTY: 'other',
  INTERNET: 'email',
  'X.400': 'email',
};

/** HL7 0038. */
export const ORDER_STATUS: Table = {
  CA: 'revoked',
  CM: 'completed',
  DC: 'revoked',
  ER: 'entered-in-error',
  HD: 'on-hold',
  IP: 'active',
  RP: 'revoked',
  SC: 'active',
};

/** HL7 0119. A request to cancel (CA) revokes: the record that receives it is where the order ends. */
export const ORDER_CONTROL: Table = {
  AF: 'active',
  CA: 'revoked',
  CR: 'revoked',
  DC: 'revoked',
  DF: 'revoked',
  DR: 'revoked',
  FU: 'completed',
  HD: 'on-hold',
  HR: 'on-hold',
  NW: 'active',
  OC: 'revoked',
  OD: 'revoked',
  OH: 'on-hold',
  OK: 'active',
  PR: 'active',
  PY: 'active',
  RL: 'active',
  RO: 'active',
  RQ: 'active',
  XO: 'active',
  XX: 'active',
};

/** HL7 0123. The guide leaves A, M and N open: some results are there, or none yet. */
export const REPORT_STATUS: Table = {
  O: 'registered',
  I: 'registered',
  S: 'registered',
  A: 'partial',
  P: 'preliminary',
  C: 'corrected',
  R: 'partial',
  F: 'final',
  X: 'cancelled',
  M: 'partial',
  N: 'registered',
};

/** HL7 0085. The guide leaves B, I, O, R, S, U and V open; they are read by their definitions in the table. */
export const OBSERVATION_STATUS: Table = {
  A: 'amended',
  B: 'amended',
  C: 'corrected',
  D: 'entered-in-error',
  F: 'final',
  I: 'registered',
  N: 'cancelled',
  O: 'registered',
  P: 'preliminary',
  R: 'preliminary',
  S: 'preliminary',
  U: 'final',
  V: 'final',
  W: 'entered-in-error',
  X: 'cancelled',
};

/** HL7 0004 to v3 ActCode; the rest keep their v2 code. */
export const ENCOUNTER_CLASS: Readonly<Record<string, readonly [code: string, display: string]>> = {
  E: ['EMER', 'emergency'],
  I: ['IMP', 'inpatient encounter'],
  O: ['AMB', 'ambulatory'],
  P: ['PRENC', 'pre-admission'],
};

/** HL7 0485 and, in OBR-5 and TQ-6, 0027. */
export const PRIORITY: Table = { S: 'stat', A: 'asap', R: 'routine' };

/** HL7 0002 to v3 MaritalStatus. */
export const MARITAL_STATUS: Table = {
  A: 'L',
  B: 'U',
  C: 'C',
  D: 'D',
  E: 'L',
  G: 'T',
  I: 'I',
  M: 'M',
  N: 'A',
  P: 'T',
  R: 'T',
  S: 'S',
  W: 'W',
};

/** HL7 0078 codes that v3 ObservationInterpretation has too. */
export const INTERPRETATIONS: ReadonlySet<string> = new Set(
  '< > A AA B CAR D DET E EX EXP H HH HU I IE IND L LL LU N NCL ND NEG NR NS POS R RR S SDD SYN-R SYN-S U UNE W WR'.split(
    ' ',
  ),
);

/** HL7 0396: names of coding systems to their URIs. */
export const CODE_SYSTEMS: Table = {
  LN: 'http://loinc.org',
  SCT: 'http://snomed.info/sct',
  SNM: 'http://snomed.info/sct',
  UCUM: 'http://unitsofmeasure.org',
  I9: 'http://hl7.org/fhir/sid/icd-9',
  I9C: 'http://hl7.org/fhir/sid/icd-9-cm',
  I10: 'http://hl7.org/fhir/sid/icd-10',
  I10C: 'http://hl7.org/fhir/sid/icd-10-cm',
  C4: 'http://www.ama-assn.org/go/cpt',
  CPT: 'http://www.ama-assn.org/go/cpt',
  CVX: 'http://hl7.org/fhir/sid/cvx',
  MVX: 'http://terminology.hl7.org/CodeSystem/MVX',
  NDC: 'http://hl7.org/fhir/sid/ndc',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  CDCREC: 'urn:oid:2.16.840.1.113883.6.238',
  ATC: 'http://www.whocc.no/atc',
  ISO3166_1: 'urn:iso:std:iso:3166',
};

/**
 * Units that laboratories write in UCUM without saying so. Only such a unit, letter for letter, is taken as UCUM when
 * the message names no coding system for it; any other stays a text.
 */
export const UCUM_UNITS: ReadonlySet<string> = new Set(
  (
    '% mmol/L umol/L nmol/L pmol/L mol/L g/L g/dL mg/L mg/dL ug/L ug/mL ug/dL ng/L ng/mL ng/dL pg pg/mL fL L/L U/L ' +
    'IU/L kU/L U/mL mU/L uU/mL m[IU]/L [IU]/L [IU]/mL mL/min mL/min/{1.73_m2} 10*9/L 10*12/L 10*3/uL 10*6/uL 10*6/mL ' +
    '/uL /[HPF] /[LPF] mm/h mm[Hg] kg cm m s min h d Cel meq/L mosm/kg mg/g mmol/mol {INR} {ratio} [pH] mg/mmol'
  ).split(' '),
);
