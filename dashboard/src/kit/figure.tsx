// One figure with what it is of above it, and what to know of it below.

export function Figure(props: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div>
      <span className="muted">{props.label}</span>
      <br />
      <b>{props.value}</b>
      <br />
      <span className="muted">{props.note}</span>
    </div>
  );
}
