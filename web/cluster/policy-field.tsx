import { type ReactNode, useId } from 'react';
import './policy.css';

/** A label with the control that it names. */
export function PolicyField({
  label,
  note,
  children,
}: {
  label: string;
  note?: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="policy-wide">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {note !== undefined && <span className="quiet policy-code">{note}</span>}
    </div>
  );
}
