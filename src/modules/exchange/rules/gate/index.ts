export { type EarlierRelease, type EncodedCandidate, encode, type Told } from './encoded.ts';
export { type Examination, examine } from './examine.ts';
export { BUDGET, parseGateSettings, USUAL } from './settings.ts';
