// The names of the program's own features, in the order of a vector.
import { FEATURES } from './catalogue.ts';

export const PROGRAM_FEATURES: readonly string[] = FEATURES.map(({ name }) => name);
