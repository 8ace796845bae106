import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type {
  Candidate,
  GatedAnswer,
  GateQuestion,
  GateReport,
  GateSettings,
  GateStage,
  ReleasedContent,
} from '../model.ts';

export interface ReleaseRequest {
  offeringId: string;
  version: number;
  candidate: Candidate;
  /** As the definition says; what is absent is the gate's own. */
  settings: Partial<GateSettings> | Record<string, unknown>;
  signal?: AbortSignal;
  onProgress?: (progress: { stage: GateStage; done: number }) => void;
}

/**
 * The only way content gets out: examines it, mends what can be mended, and keeps the result with its report.
 * The report says why where it is refused; a refusal is audited like a release.
 */
export async function release(
  _ctx: Context,
  _request: ReleaseRequest,
): Promise<{ report: GateReport; releaseId?: string }> {
  throw new Problem('unavailable', 'the release gate is not open yet');
}

/** @throws Problem `not-found` */
export async function readRelease(_ctx: Pick<Context, 'db'>, _releaseId: string): Promise<ReleasedContent> {
  throw new Problem('unavailable', 'the release gate is not open yet');
}

export interface QuestionRequest {
  offeringId: string;
  version: number;
  agreementId: string;
  question: GateQuestion;
  /** The rows as the lake gives them now to the holder; asked for only where the answer is not known already. */
  content: () => Promise<Candidate>;
}

/** A noisy answer over rows that never leave: the budget is spent before it is told, and the same question has the same answer for everybody. */
export async function answerThroughGate(_ctx: Context, _request: QuestionRequest): Promise<GatedAnswer> {
  throw new Problem('unavailable', 'the release gate is not open yet');
}
