/**
 * MLLP: the framing that carries HL7 v2 messages over TCP.
 *
 * A frame is the byte 0x0B, the message, and the bytes 0x1C 0x0D.
 * Source: HL7 Version 3 Standard: Transport Specification - MLLP, Release 2, section 2.3 (the block format).
 */
export { type Arrival, encodeFrame, FrameDecoder, type FrameDecoderOptions } from './frame.ts';
