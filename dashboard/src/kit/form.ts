// A form: what is filled in, what must be so, sending it once, and what stood in the way, at the field where it belongs.
import { type FormRulesRecord, type UseFormReturnType, useForm } from '@mantine/form';
import { type SyntheticEvent, useId, useRef, useState } from 'react';
import { placed } from './refusal.ts';

/** What the parts around the fields need to know. */
export type FormState = {
  readonly sending: boolean;
  /** What stands in the way of the whole. */
  readonly problem: string | undefined;
  submit(event: SyntheticEvent<HTMLFormElement>): void;
  /** Something was typed that nobody would like to type again. */
  holdsMuch(): boolean;
};

type Fields<Values> = UseFormReturnType<Values>;
export type SentForm<Values> = FormState & {
  readonly fields: Fields<Values>;
  /** What an input of that name needs. */
  field(name: keyof Values & string): ReturnType<Fields<Values>['getInputProps']>;
  /** From other values on, as if nothing had been typed. */
  begin(values: Values): void;
};

const MUCH = 60;

/** A rule: the words where nothing but blanks was typed, or nothing chosen. */
export const needed =
  (words: string) =>
  (value: string | number | readonly unknown[]): string | null => {
    const given = typeof value === 'string' ? value.trim() : value;
    return typeof given === 'number' || given.length > 0 ? null : words;
  };

export function useSentForm<Values extends Record<string, unknown>>(of: {
  readonly initial: Values;
  readonly rules?: FormRulesRecord<Values>;
  /** What stood in the way before. */
  readonly problem?: string | undefined;
  /** Throws what stands in the way, in words. */
  send(values: Values, fields: Fields<Values>): Promise<unknown>;
}): SentForm<Values> {
  const [problem, setProblem] = useState(of.problem);
  // A second press can come before the button is drawn anew.
  const isUnderWay = useRef(false);
  const fields = useForm<Values>({
    // Fields of two forms on one screen may be called alike; a name is of letters and digits alone.
    name: useId().replaceAll(/[^a-zA-Z0-9]/g, ''),
    initialValues: of.initial,
    ...(of.rules && { validate: of.rules }),
  });
  const showErrors = (errors: Fields<Values>['errors']): void => {
    fields.setErrors(errors);
    const [first] = Object.keys(errors);
    if (first !== undefined) fields.getInputNode(first)?.focus();
  };
  async function send(values: Values): Promise<void> {
    isUnderWay.current = true;
    setProblem(undefined);
    try {
      await of.send(values, fields);
    } catch (error) {
      // What is said of a value that has no input, or not now, would be seen nowhere.
      const shown = Object.keys(values).filter((name) => fields.getInputNode(name) !== null);
      const refused = placed(error, shown);
      setProblem(refused.whole);
      showErrors(refused.fields);
    }
    isUnderWay.current = false;
  }
  const submit = fields.onSubmit(send, showErrors);
  return {
    fields,
    field: (name) => fields.getInputProps(name),
    begin: (values) => {
      fields.setInitialValues(values);
      fields.reset();
      setProblem(undefined);
    },
    sending: fields.submitting,
    problem,
    submit: (event) => {
      event.preventDefault();
      if (!isUnderWay.current) submit(event);
    },
    holdsMuch: () =>
      Object.entries(fields.getValues()).some(
        ([name, value]) => typeof value === 'string' && value.trim().length >= MUCH && fields.isDirty(name),
      ),
  };
}
