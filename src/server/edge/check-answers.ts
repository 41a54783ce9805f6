// For tests: every answer is held against the schema that it is written by, so that a field which is forgotten there, or has another
// type, fails where it is answered and not where somebody misses it.
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { closed } from '../../protocol/closed-schema.ts';
import { problemsOf } from '../../protocol/document.ts';
import type { OperationShape } from '../../protocol/operation.ts';
import { Problem } from '../../protocol/problem.ts';

function schemaOf(operation: OperationShape, status: number): TSchema | undefined {
  if (status >= 400) return operation.problemBody ?? Problem;
  return operation.answers[status as keyof OperationShape['answers']];
}

/** To be called before any route is added; an answer that is not as its operation says becomes an error of the desk's. */
export function checkAnswers(app: FastifyInstance): void {
  const validators = new Map<TSchema, Validator>();
  const validatorOf = (schema: TSchema): Validator => {
    const known = validators.get(schema);
    if (known) return known;
    const made = Compile(closed(schema));
    validators.set(schema, made);
    return made;
  };
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { operation } = request.routeOptions.config;
    if (!operation) return payload;
    const { statusCode: status } = reply;
    const where = `${operation.id} answers ${status}`;
    const schema = schemaOf(operation, status);
    if (!schema || (status >= 400 && !problemsOf(operation).includes(status)))
      throw new Error(`${where}, which it does not name`);
    const validator = validatorOf(schema);
    const told: unknown = JSON.parse(JSON.stringify(payload));
    if (!validator.Check(told)) {
      const [first] = validator.Errors(told);
      throw new Error(`${where} with what its schema does not allow: ${JSON.stringify(first)}`);
    }
    return payload;
  });
}
