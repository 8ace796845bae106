import { buildMessage, buildSegment, type FieldInput } from './build.ts';
import { type Delimiters, STANDARD_DELIMITERS } from './escape.ts';
import { ERROR_TEXTS, type Hl7Error } from './hl7-error.ts';
import type { Message } from './message.ts';
import { formatDateTime } from './time.ts';

/** What became of a message. `rejected`: it can never be taken; `failed`: not now, or not as it is. */
type Outcome = 'accepted' | 'failed' | 'rejected';

export interface Acknowledgement {
  outcome: Outcome;
  at: Date;
  /** Control id of the answer itself. */
  controlId: string;
  /** Constant text for the sender's log. */
  text?: string;
  error?: Hl7Error;
}

const ORIGINAL = { accepted: 'AA', failed: 'AE', rejected: 'AR' } as const;
const ENHANCED = { accepted: 'CA', failed: 'CE', rejected: 'CR' } as const;

/**
 * Whether and how the sender wants to be answered once its message is kept.
 *
 * Original mode (MSH-15 and MSH-16 empty): always, with AA, AE or AR. Enhanced mode: MSH-15 asks for an answer on
 * receipt (CA, CE, CR); where it wants none, MSH-16 may still ask for an application's answer, which is given at the
 * same moment. Conditions are those of HL7 table 0155: AL always, NE never, ER on error, SU on success.
 */
export function answersTo(message: Message | undefined, outcome: Outcome): 'original' | 'enhanced' | undefined {
  const onReceipt = message?.header.text(15);
  const ofApplication = message?.header.text(16);
  if (onReceipt === undefined && ofApplication === undefined) return 'original';
  if (isWanted(onReceipt ?? 'NE', outcome)) return 'enhanced';
  return isWanted(ofApplication ?? 'NE', outcome) ? 'original' : undefined;
}

function isWanted(condition: string, outcome: Outcome): boolean {
  if (condition === 'AL') return true;
  if (condition === 'ER') return outcome !== 'accepted';
  return condition === 'SU' && outcome === 'accepted';
}

/**
 * The answer to a message; undefined when its sender wants none.
 *
 * Without a message (what came could not be read at all) the answer names no control id, because there is none.
 */
export function acknowledge(message: Message | undefined, answer: Acknowledgement): string | undefined {
  const mode = answersTo(message, answer.outcome);
  if (mode === undefined) return undefined;
  const code = (mode === 'enhanced' ? ENHANCED : ORIGINAL)[answer.outcome];
  const delimiters = message === undefined ? STANDARD_DELIMITERS : usable(message.delimiters);
  const raw = (field: number): FieldInput => copied(message, field);
  // The answer is written in UTF-8, whatever the message was in.
  const charset = message === undefined || message.charset === 'utf-8' ? raw(18) : 'UNICODE UTF-8';

  const segments = [
    buildSegment(
      'MSH',
      [
        raw(5),
        raw(6),
        raw(3),
        raw(4),
        formatDateTime(answer.at),
        undefined,
        ['ACK', message?.event || undefined, 'ACK'],
        answer.controlId,
        message === undefined ? 'P' : raw(11),
        message?.version || '2.5.1',
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        charset,
      ],
      delimiters,
    ),
    buildSegment('MSA', [code, message?.controlId, answer.text ?? answer.error?.message], delimiters),
  ];
  if (answer.error !== undefined) segments.push(errorSegment(answer.error, message?.version ?? '', delimiters));
  return buildMessage(segments);
}

/** ERR as version 2.5 and later have it; before, ERR-1 alone (ELD). */
function errorSegment(error: Hl7Error, version: string, delimiters: Delimiters): string {
  const { code, place } = error;
  const coded = [code, ERROR_TEXTS[code], 'HL70357'] as const;
  if (version !== '' && version < '2.5')
    return buildSegment('ERR', [[place?.segment, place?.sequence, place?.field, coded]], delimiters);
  const where = place && [place.segment, place.sequence ?? 1, place.field, place.field && 1, place.component];
  return buildSegment(
    'ERR',
    [undefined, where, coded, 'E', undefined, undefined, undefined, error.message],
    delimiters,
  );
}

/** A field given back as its sender wrote it, component by component. */
function copied(message: Message | undefined, field: number): FieldInput {
  const value = message?.header.value(field);
  return value?.components.map((_, index) => value.text(index + 1));
}

/** An answer needs all five delimiters; a sender with fewer gets the standard ones for the rest. */
function usable(delimiters: Delimiters): Delimiters {
  const used = new Set(Object.values(delimiters).filter((character) => character !== ''));
  const complete = { ...delimiters };
  for (const [key, standard] of Object.entries(STANDARD_DELIMITERS) as [keyof Delimiters, string][]) {
    if (complete[key] !== '') continue;
    if (used.has(standard)) return STANDARD_DELIMITERS;
    complete[key] = standard;
  }
  return complete;
}
