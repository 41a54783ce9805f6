// For whom a key is: a screen's own keys are single letters and digits, which others may want first.

/** Whoever answers a dialog, or reads in a drawer, means that. */
export const isBehindDialog = (): boolean => document.querySelector('[role=dialog]') !== null;

const isTyping = (target: EventTarget | null): boolean =>
  (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio') ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLElement && target.isContentEditable);

/** Whether a key goes into a field, to what has the focus, to the browser or to a dialog. */
export function isMeantElsewhere({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (isTyping(target)) return true;
  const acts = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
  if (acts && key === 'Enter') return true;
  return ctrlKey || metaKey || altKey || isBehindDialog();
}
