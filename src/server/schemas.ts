// Of routes whose operations are not drawn up yet: what they answer where something is wrong, and choices.
import { Type } from 'typebox';

export const oneOf = <T extends string>(values: readonly T[]) => Type.Enum([...values]);
export { Problem as ProblemSchema } from '../protocol/problem.ts';
