/** Message error condition codes, HL7 table 0357. */
export const ERROR_TEXTS = {
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application internal error',
} as const;

export type Hl7ErrorCode = keyof typeof ERROR_TEXTS;

/** Where in a message: `segment` is its name, `sequence` counts the segments of that name from 1, as do the rest. */
export interface Hl7Place {
  segment: string;
  sequence?: number;
  field?: number;
  component?: number;
}

/** Why a message cannot be read. `message` is constant text; what varies and may be told is in `place`. */
export class Hl7Error extends Error {
  readonly code: Hl7ErrorCode;
  readonly place: Hl7Place | undefined;

  constructor(code: Hl7ErrorCode, message: string, place?: Hl7Place) {
    super(message);
    this.name = 'Hl7Error';
    this.code = code;
    this.place = place;
  }
}
