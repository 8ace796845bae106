import { usePathValue } from '../shell/index.ts';
import { EditView } from './edit.tsx';

export default function NextVersion() {
  return <EditView id={usePathValue('id')} />;
}
