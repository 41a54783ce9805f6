// Of routes whose operations are not drawn up yet: what they answer where something is wrong.
export { Problem as ProblemSchema } from '../protocol/problem.ts';
