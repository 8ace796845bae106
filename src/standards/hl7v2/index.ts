/**
 * HL7 version 2 messages: reading, writing and answering them.
 *
 * Source: HL7 Version 2.5.1, chapters 2 (encoding rules, escape sequences, acknowledgements) and 2A (data types);
 * HL7 table numbers are given where a table is used. Reading is tolerant where senders differ and nothing is lost by
 * it (line ends, delimiters, missing trailing parts); everything else is an `Hl7Error` that says what and where.
 */
export { type Acknowledgement, acknowledge, answersTo } from './acknowledge.ts';
export { splitBatch } from './batch.ts';
export { buildMessage, buildSegment, type FieldInput, repeat } from './build.ts';
export { declaredCharset, decodeText } from './charset.ts';
export { type Delimiters, escapeText, STANDARD_DELIMITERS, unescapeText } from './escape.ts';
export { Hl7Error, type Hl7ErrorCode, type Hl7Place } from './hl7-error.ts';
export { Message, parseMessage, Segment, unreadFields, Value } from './message.ts';
export { type DateTime, formatDateTime, parseDateTime, toFhirDate, toFhirDateTime, toFhirInstant } from './time.ts';
