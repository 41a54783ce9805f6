// What stands around the fields of a form.
import { Button, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FormState } from './form.ts';
import { Problem } from './parts.tsx';

/** What must be filled in is told by the form's own rules, not in the words of the browser. */
export function Form(props: {
  readonly form: FormState;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const { form, className, children } = props;
  return (
    <form noValidate className={className} onSubmit={form.submit}>
      {children}
    </form>
  );
}

export function FormProblem({ form }: { readonly form: FormState }) {
  return <Problem text={form.problem} />;
}

/** While it is being sent, the button says so and cannot be pressed. */
export function SendButton(props: { readonly form: FormState } & ButtonProps) {
  const { form, ...look } = props;
  return <Button size="xs" {...look} type="submit" loading={form.sending} />;
}
