// What stands where something is hidden from whoever looks, and why.
export const NOT_SHOWN = 'Identifiers are hidden from your role.';

/** In the place of a text; `what` as a sentence begins. */
export function Hidden(props: { readonly what: string }) {
  return (
    <span className="muted" title={NOT_SHOWN}>
      {props.what} is hidden from your role
    </span>
  );
}

/** Once a page, where rows carry tokens in the place of identifiers. */
export function HiddenHint(props: { readonly show: boolean }) {
  if (!props.show) return null;
  return (
    <p className="muted" role="note" data-testid="hidden-hint" style={{ margin: '0 0 8px' }}>
      Identifiers are hidden from your role: ••••… stands for an account, device, address or payee, the same
      for the same one.
    </p>
  );
}
