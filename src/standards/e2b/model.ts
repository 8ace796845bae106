/**
 * An individual case safety report as ICH E2B(R3) defines it: every section by its number, every value as it was transmitted.
 *
 * Dates are HL7 time stamps as written (`CCYY[MM[DD[hhmm[ss]]]][+-zzzz]`), numbers are decimal text, codes are codes: nothing is rounded, completed or
 * translated. What is absent is `undefined`; what a sender says to be unknown or masked is a `Missing`. Outer white space of a text is not kept.
 */

/** Why a value is not there: NI no information, MSK masked, UNK unknown, NA not applicable, ASKU asked but unknown, NASK not asked. */
export interface Missing {
  nullFlavor: string;
}
export type Text = string | Missing;
export type Flag = boolean | Missing;

/** A number and its UCUM unit (D.2.2a and b, G.k.4.r.1a and b ...). */
export interface Quantity {
  value?: Text;
  unit?: string;
}
/** A MedDRA term: version (N.N) and code (8 digits). The terms themselves are licensed and not known here. */
export interface Meddra {
  version?: string;
  code?: Text;
}
/** A term of another dictionary (dose form, route, substance, MPID): without `system` that of the standard. */
export interface TermId {
  version?: string;
  id?: string;
  system?: string;
}
/** A free text and the term it was coded to (G.k.4.r.9, .10 and .11). */
export interface CodedText extends TermId {
  text?: Text;
}
/** A document within the message: its bytes as base64 text, or plain text. */
export interface Attachment {
  mediaType?: string;
  /** `B64` or `TXT` */
  representation?: string;
  /** `DF` deflate, `GZ` gzip ... */
  compression?: string;
  fileName?: string;
  data?: string;
}

/** N.1: what is said of a batch as a whole. */
export interface BatchHeader {
  /** N.1.1 */
  type?: string;
  /** N.1.2 */
  number?: string;
  /** N.1.3 */
  senderId?: string;
  /** N.1.4 */
  receiverId?: string;
  /** N.1.5 */
  transmittedAt?: Text;
}

/** N.2.r: the envelope of one report. */
export interface MessageHeader {
  /** N.2.r.1, the same as C.1.1 */
  id?: string;
  /** N.2.r.2 */
  senderId?: string;
  /** N.2.r.3 */
  receiverId?: string;
  /** N.2.r.4, the same as C.1.2 */
  createdAt?: Text;
  /** HL7 processing code: `T` training, `D` debugging; undefined for production */
  processing?: string;
}

/** C.1 */
export interface Identification {
  /** C.1.1 country-company-number */
  safetyReportId?: string;
  /** C.1.2 */
  createdAt?: Text;
  /** C.1.3 */
  reportType?: Text;
  /** C.1.4 */
  firstReceived?: Text;
  /** C.1.5 */
  mostRecentInformation?: Text;
  /** C.1.6.1 */
  hasDocuments?: Flag;
  /** C.1.6.1.r */
  documents?: HeldDocument[];
  /** C.1.7 */
  expedited?: Flag;
  /** C.1.8.1 country-company-number */
  worldwideId?: string;
  /** C.1.8.2 */
  firstSender?: Text;
  /** C.1.9.1: true, or NI */
  hasOtherIds?: Flag;
  /** C.1.9.1.r */
  otherIds?: OtherId[];
  /** C.1.10.r */
  linkedReports?: LinkedReport[];
  /** C.1.11.1: 1 nullification, 2 amendment */
  revision?: Text;
  /** C.1.11.2 */
  revisionReason?: Text;
  /** C.1.CN.1 to 3 */
  china?: { source?: Text; category?: Text; holderId?: Text };
}
export interface HeldDocument {
  title?: Text;
  content?: Attachment;
}
export interface OtherId {
  /** C.1.9.1.r.1 */
  source?: string;
  /** C.1.9.1.r.2 */
  id?: string;
}
export interface LinkedReport {
  id?: string;
}

interface Contact {
  title?: Text;
  givenName?: Text;
  middleName?: Text;
  familyName?: Text;
  organisation?: Text;
  department?: Text;
  street?: Text;
  city?: Text;
  state?: Text;
  postcode?: Text;
  country?: Text;
  telephone?: Text;
  email?: Text;
}
/** C.2.r; the e-mail address is regional (C.2.r.CN.1, FDA.C.2.r.2.8). */
export interface Reporter extends Contact {
  /** C.2.r.4 */
  qualification?: Text;
  /** C.2.r.5: `1` for the one primary source for regulatory purposes */
  primary?: string;
}
/** C.3 */
export interface Sender extends Contact {
  /** C.3.1 */
  type?: Text;
  fax?: Text;
}
/** C.4.r */
export interface Literature {
  reference?: Text;
  content?: Attachment;
}
/** C.5 */
export interface Study {
  /** C.5.1.r; `system` where the number is not of ICH's namespace */
  registrations?: { number?: Text; system?: string; country?: Text }[];
  name?: Text;
  number?: Text;
  type?: Text;
}

/** D.7.1.r and D.10.7.1.r */
export interface HistoryEntry {
  term?: Meddra;
  start?: Text;
  continuing?: Flag;
  end?: Text;
  comment?: Text;
  /** D.7.1.r.6, of a patient only */
  family?: Flag;
}
/** D.8.r and D.10.8.r */
export interface PastDrug {
  name?: Text;
  mpid?: TermId;
  phpid?: { version?: string; id?: string };
  start?: Text;
  end?: Text;
  indication?: Meddra;
  reaction?: Meddra;
}
/** What D.2 to D.8 and D.10 have in common. */
interface Person {
  name?: Text;
  birthDate?: Text;
  age?: Quantity;
  weightKg?: Text;
  heightCm?: Text;
  sex?: Text;
  lastMenstrualPeriod?: Text;
  history?: HistoryEntry[];
  historyText?: Text;
  pastDrugs?: PastDrug[];
}
/** D */
export interface Patient extends Person {
  /** D.1.1.1 to 4 */
  recordNumbers?: { gp?: Text; specialist?: Text; hospital?: Text; investigation?: Text };
  /** D.2.2.1 */
  gestation?: Quantity;
  /** D.2.3 */
  ageGroup?: Text;
  /** D.7.3 */
  concomitantTherapies?: Flag;
  /** D.9 */
  death?: Death;
  /** D.10 */
  parent?: Parent;
  /** D.CN.1 to 6: codes of ethnic group and race, the institution's name, ISO 3166-1, a number, a text */
  china?: {
    ethnicity?: Text;
    race?: Text;
    institution?: Text;
    nationality?: Text;
    telephone?: Text;
    pregnancy?: Text;
  };
  regional?: RegionalItem[];
}
export type Parent = Person;
export interface Death {
  /** D.9.1 */
  date?: Text;
  /** D.9.2.r */
  causes?: CauseOfDeath[];
  /** D.9.3 */
  autopsy?: Flag;
  /** D.9.4.r */
  autopsyCauses?: CauseOfDeath[];
}
export interface CauseOfDeath {
  term?: Meddra;
  text?: Text;
}

/** E.i */
export interface Reaction {
  /** a UUID, by which drugs refer to it */
  id: string;
  /** E.i.1.1a in the reporter's language */
  text?: Text;
  /** E.i.1.1b ISO 639-2 */
  language?: string;
  /** E.i.1.2 */
  translation?: Text;
  /** E.i.2.1 */
  term?: Meddra;
  /** E.i.3.1 */
  highlighted?: Text;
  /** E.i.3.2a to f: true, or NI */
  seriousness?: Seriousness;
  start?: Text;
  end?: Text;
  duration?: Quantity;
  /** E.i.7 */
  outcome?: Text;
  /** E.i.8 */
  medicallyConfirmed?: Flag;
  /** E.i.9 */
  country?: Text;
  regional?: RegionalItem[];
}
export interface Seriousness {
  death?: Flag;
  lifeThreatening?: Flag;
  hospitalisation?: Flag;
  disabling?: Flag;
  congenital?: Flag;
  other?: Flag;
}

/** F.r */
export interface TestResult {
  date?: Text;
  name?: Text;
  term?: Meddra;
  /** F.r.3.1 */
  code?: Text;
  /** F.r.3.2 and F.r.3.3 */
  result?: MeasuredValue;
  /** F.r.3.4 */
  text?: Text;
  normalLow?: Quantity;
  normalHigh?: Quantity;
  comments?: Text;
  moreInformation?: Flag;
}
/** A measured value, or the bound it lies beyond; `<` and `>` leave the bound itself out. */
export interface MeasuredValue {
  qualifier?: '<' | '<=' | '>' | '>=';
  value?: string;
  unit?: string;
}

/** G.k */
export interface Drug {
  /** a UUID, by which its role and the assessments of causality refer to it */
  id: string;
  /** G.k.1 */
  role?: Text;
  /** G.k.2.1.1 */
  mpid?: TermId;
  /** G.k.2.1.2 */
  phpid?: { version?: string; id?: string };
  /** G.k.2.2 */
  name?: Text;
  /** G.k.2.3.r */
  substances?: Substance[];
  /** G.k.2.4 */
  obtainedIn?: Text;
  /** G.k.2.5 */
  blinded?: Flag;
  /** G.k.3 */
  authorisation?: { number?: Text; country?: Text; holder?: Text };
  /** G.k.4.r */
  dosages?: Dosage[];
  /** G.k.5 */
  cumulativeDose?: Quantity;
  /** G.k.6 */
  gestation?: Quantity;
  /** G.k.7.r */
  indications?: Indication[];
  /** G.k.8 */
  action?: Text;
  /** G.k.9.i, in the order of the reactions; those that name an unknown reaction, and those that name none, come last */
  matrix?: DrugReaction[];
  /** G.k.10.r */
  additional?: { code?: Text }[];
  /** G.k.11 */
  additionalText?: Text;
  /** G.k.CN.1 to 4 */
  china?: { genericName?: Text; device?: Text; ownProduct?: Flag; approvalNumber?: Text };
  regional?: RegionalItem[];
}
export interface Substance {
  name?: Text;
  term?: TermId;
  strength?: Quantity;
}
export interface Dosage {
  /** G.k.4.r.1 */
  dose?: Quantity;
  /** G.k.4.r.2 and G.k.4.r.3: one dose every so often */
  interval?: Quantity;
  /** G.k.4.r.4 */
  start?: Text;
  /** G.k.4.r.5 */
  end?: Text;
  /** G.k.4.r.6 */
  duration?: Quantity;
  /** G.k.4.r.7 batch or lot number */
  lot?: Text;
  /** G.k.4.r.8 */
  text?: Text;
  /** G.k.4.r.9 */
  form?: CodedText;
  /** G.k.4.r.10 */
  route?: CodedText;
  /** G.k.4.r.11 */
  parentRoute?: CodedText;
  /** G.k.4.r.CN.1 */
  expiry?: Text;
}
export interface Indication {
  text?: Text;
  term?: Meddra;
}
/** G.k.9.i: one drug and one reaction. */
export interface DrugReaction {
  /** G.k.9.i.1 */
  reactionId?: string;
  /** G.k.9.i.2.r */
  assessments?: Assessment[];
  /** G.k.9.i.3.1 from the first dose to the reaction */
  sinceStart?: Quantity;
  /** G.k.9.i.3.2 from the last dose to the reaction */
  sinceLastDose?: Quantity;
  /** G.k.9.i.4 */
  recurrence?: Text;
  /** G.k.9.i.CN.1 and 2 */
  china?: { unexpected?: Text; dechallenge?: Text };
}
/** G.k.9.i.2.r: who judged, how, and what. The schema has one place for the result: it is a text, or in China a code. */
export interface Assessment {
  source?: Text;
  method?: Text;
  result?: Text;
  /** G.k.9.i.2.r.CN.1 and 2 */
  china?: { source?: Text; sourceSystem?: string; result?: Text; resultSystem?: string };
}

/** H */
export interface Narrative {
  /** H.1 */
  text?: Text;
  /** H.2 */
  reporterComments?: Text;
  /** H.3.r */
  senderDiagnoses?: Meddra[];
  /** H.4 */
  senderComments?: Text;
  /** H.5.r */
  summaries?: { text?: Text; language?: string }[];
}

/** An observation that the standard does not know but a region has added: kept as it came and written back in its place. */
export interface RegionalItem {
  code?: string;
  codeSystem?: string;
  name?: string;
  /** HL7 data type: CE, BL, ST, ED, TS, PQ ... */
  type?: string;
  /** the value's code, number, truth, time or text */
  value?: Text;
  unit?: string;
  valueSystem?: string;
  valueName?: string;
}

export interface CaseReport {
  /** N.2.r */
  message: MessageHeader;
  /** C.1 */
  identification: Identification;
  /** C.2.r */
  reporters: Reporter[];
  /** C.3 */
  sender: Sender;
  /** C.4.r */
  literature?: Literature[];
  /** C.5 */
  study?: Study;
  /** D */
  patient: Patient;
  /** E.i */
  reactions: Reaction[];
  /** F.r */
  tests?: TestResult[];
  /** G.k */
  drugs: Drug[];
  /** H */
  narrative: Narrative;
  /** regional observations on the case as a whole */
  regional?: RegionalItem[];
}

/** What is wrong with a file or a report. */
export interface Issue {
  /** a stable word for the kind of fault */
  code: string;
  /** `rejecting`: a receiver refuses the report; `warning`: it takes it and asks */
  severity: 'rejecting' | 'warning';
  /** number of the element, e.g. `G.k.4.r.7` */
  element?: string;
  /** which repetition of each letter in the number, from 1 */
  at?: number[];
  /** where it is in the CaseReport, e.g. `drugs.0.dosages.1.lot` */
  path?: string;
  /** where it is in the XML */
  xpath?: string;
  /** which report of the batch, from 0 */
  report?: number;
  /** in the file, from 1 */
  line?: number;
  column?: number;
  message: { en: string; zh: string };
}

export function isMissing(value: unknown): value is Missing {
  return typeof value === 'object' && value !== null && 'nullFlavor' in value;
}

/** The value itself, or undefined when it is absent or said to be missing. */
export function known<T extends string | boolean>(value: T | Missing | undefined): T | undefined {
  return isMissing(value) ? undefined : value;
}
