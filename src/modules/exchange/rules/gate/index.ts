export { type EarlierRelease, type EncodedCandidate, encode, plainColumn, type Told } from './encoded.ts';
export { type Examination, examine } from './examine.ts';
export { answerExactly, costOf, questionKey, type SoundQuestion, soundQuestion } from './question.ts';
export { BUDGET, parseGateSettings } from './settings.ts';
