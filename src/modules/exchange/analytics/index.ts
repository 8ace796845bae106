export { MOST_CANDIDATE_ROWS, produce } from './offerings.ts';
