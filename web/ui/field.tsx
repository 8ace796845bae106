import { type ReactNode, useId } from 'react';

/** A label with the control that it names: beside it, or below it where they are stacked. */
export function Field({
  label,
  note,
  stacked = false,
  children,
}: {
  label: string;
  note?: ReactNode;
  stacked?: boolean;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className={stacked ? 'field-stacked' : 'field'}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {note !== undefined && <span className="quiet">{note}</span>}
    </div>
  );
}
