// What is said of features, as it is seen: of the program's as it stands, of one's own what people wrote only by who may see it.
import type { Reason } from '../../domain/decision.ts';
import type { Sight } from '../../domain/sight.ts';
import { STANDARD } from '../../features/standard.ts';

export const isOwnFeature = (name: string): boolean => STANDARD.place(name) === undefined;

/** A text of a feature: its description, its unit. `instead` stands for what is hidden. */
export const featureTextSeen = (name: string, text: string, sight: Sight, instead = ''): string =>
  sight.kind === 'whole' || !isOwnFeature(name) ? text : instead;

const plainly = (name: string, value: number | null): string =>
  value === null || Number.isNaN(value) ? `${name} is missing` : `${name} is ${Number(value.toPrecision(4))}`;

/** The sentence of a feature with its value. */
export const sentenceSeen = (name: string, value: number | null, text: string, sight: Sight): string =>
  featureTextSeen(name, text, sight, plainly(name, value));

export const reasonSeen = (reason: Reason, sight: Sight): Reason => ({
  ...reason,
  text: sentenceSeen(reason.feature, reason.value, reason.text, sight),
});
