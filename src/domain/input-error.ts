// An error that the person who runs the command can mend; its message says what to do. Shown without a stack.

export class InputError extends Error {
  override readonly name = 'InputError';
}
