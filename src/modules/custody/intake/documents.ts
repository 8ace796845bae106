import type { DocumentTaker } from '#modules/records';
import { captureDocument } from '../actions/index.ts';

/** EPCIS documents among imported files: captured whole or refused whole, so that the report names every fault. */
export const epcisDocuments: DocumentTaker = {
  name: 'epcis',
  takes: ({ type }) => type === 'EPCISDocument' || type === 'EPCISQueryDocument',
  take: async (ctx, document) => (await captureDocument(ctx, document)).captured,
};
