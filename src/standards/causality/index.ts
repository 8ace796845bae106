/**
 * Causality: how likely a drug caused one patient's reaction, by two published ways to ask.
 *
 * The questionnaires are data in both languages; what they answer is a proposal to the person who decides.
 */
export {
  type Answer,
  NARANJO_CATEGORIES,
  NARANJO_QUESTIONS,
  type NaranjoCategory,
  type NaranjoQuestion,
  type NaranjoScore,
  scoreNaranjo,
} from './naranjo.ts';
export type { Text } from './text.ts';
export {
  assessWhoUmc,
  type CaseFacts,
  type Criterion,
  WHO_UMC_CATEGORIES,
  type WhoUmcAssessment,
  type WhoUmcCategory,
  type WhoUmcDefinition,
} from './who-umc.ts';
