import type { ComponentType } from 'react';
import { mayOpen } from './routes.ts';

/** A part of the start page as its module lists it in `web/<module>/start.tsx`: `export const cards: readonly StartCard[] = [...]`. */
export interface StartCard {
  /** Small first. */
  order: number;
  /** Takes the whole width. */
  wide?: boolean;
  permission?: string;
  roles?: readonly string[];
  Card: ComponentType;
}

const modules = import.meta.glob<{ cards: readonly StartCard[] }>('/*/start.tsx', { eager: true });
const all = Object.values(modules)
  .flatMap(({ cards }) => cards)
  .sort((one, two) => one.order - two.order);

/** What the start page of this actor tells. */
export function cardsFor(
  actor: { roles: readonly string[] },
  may: (permission: string) => boolean,
): readonly StartCard[] {
  return all.filter((card) => mayOpen(card, actor, may));
}
