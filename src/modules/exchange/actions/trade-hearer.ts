import type { Hearer } from '#kernel/outbox';
import { hearAgreement, hearAgreementEnd } from './orders.ts';

/** Contracts that are made and ended by negotiation. */
export const tradeHearer: Hearer = {
  name: 'exchange trade',
  hears: ['exchange.agreement-finalized', 'exchange.agreement-ended'],
  async hear(ctx, facts) {
    for (const { type, subject, data } of facts) {
      if (type === 'exchange.agreement-ended') await hearAgreementEnd(ctx, subject);
      else await hearAgreement(ctx, subject, data as Parameters<typeof hearAgreement>[2]);
    }
  },
};
