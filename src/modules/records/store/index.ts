export { findMessages, getMessage, type MessageFilter } from './desk.ts';
export {
  findByIdentifiers,
  findContents,
  findDigests,
  findIdentities,
  findImported,
  findOutcomes,
  findRaw,
  type Identity,
  insertIdentities,
  insertImported,
  insertMessages,
  insertReadings,
  lockIdentities,
  type MessageKey,
  moveIdentities,
  type RawMessage,
  type Reading,
  type StoredMessage,
} from './messages.ts';
export { findByNumber, findEntries, findObservations, findPersons, getPerson, type PersonFilter } from './persons.ts';
