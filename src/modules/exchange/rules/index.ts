export { mayMove, measureQuality, missingOf, nextRefresh, offerPolicy, sampleOf } from './offerings.ts';
