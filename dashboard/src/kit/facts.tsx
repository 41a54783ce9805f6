// Names, and what each stands for.
import type { ReactNode } from 'react';

export function Facts(props: {
  readonly facts: readonly (readonly [name: string, about: string])[];
  readonly nameOf: (name: string) => ReactNode;
}) {
  return (
    <table className="rows">
      <tbody>
        {props.facts.map(([name, about]) => (
          <tr key={name}>
            <td>{props.nameOf(name)}</td>
            <td>{about}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
