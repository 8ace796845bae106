import { type ReactNode, useId } from 'react';

/** A label with the control that it names. */
export function Field({
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
    <div className="trade-field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {note !== undefined && <span className="quiet">{note}</span>}
    </div>
  );
}
