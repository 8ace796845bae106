import { EditView } from './edit.tsx';

export default function NewView() {
  return <EditView />;
}
