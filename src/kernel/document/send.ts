import type { FastifyReply } from 'fastify';

/** Hands a PDF to whoever asked. Never kept on the way: who may see it is decided for each look. */
export function sendPdf(reply: FastifyReply, name: string, pdf: Buffer): FastifyReply {
  return reply
    .header('content-disposition', `attachment; filename="${name}.pdf"`)
    .header('cache-control', 'no-store')
    .type('application/pdf')
    .send(pdf);
}
