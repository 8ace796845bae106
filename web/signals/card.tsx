import { FilePdfOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Go, useAddressValue, useDistricts, usePathValue } from '../shell/index.ts';
import { Empty, Facts, Failure, Loading, Page, Panel } from '../ui/index.ts';
import { useLineList, usePdf } from './desk-ask.ts';
import { named, useDefinitionOf } from './watch-ask.ts';

/** The card that the law asks of the doctor, filled in from the record: to be checked, printed and signed. */
export default function Card() {
  const { t } = useTranslation('signals');
  const { nameOf } = useDistricts();
  const disease = usePathValue('disease');
  const [alarm] = useAddressValue('alarm', '');
  const [patient] = useAddressValue('patient', '');
  const [day] = useAddressValue('day', '');
  const list = useLineList(alarm, alarm !== '');
  const found = list.data?.cases.find((row) => row.patient === patient && row.day === day);
  const definition = useDefinitionOf()(disease);
  const pdf = usePdf(`card-${day}`);
  return (
    <Page
      title={t('card.title')}
      about={t('card.about')}
      trail={<Go to={`/signals/alarms/${alarm}`}>{t('alarm.plain')}</Go>}
      actions={
        <>
          <Button
            icon={<FilePdfOutlined />}
            loading={pdf.isPending}
            disabled={found === undefined}
            onClick={() =>
              pdf.mutate(`/api/signals/alarms/${alarm}/cases/${encodeURIComponent(patient)}/card.pdf?day=${day}`)
            }
          >
            {t('alarm.pdf')}
          </Button>
          <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
            {t('alarm.print')}
          </Button>
        </>
      }
    >
      {list.isPending && <Loading />}
      {list.isError && <Failure error={list.error} retry={() => list.refetch()} />}
      {list.isSuccess && (found === undefined || definition === undefined) && <Empty title={t('alarm.noCases')} />}
      {found !== undefined && definition !== undefined && (
        <Panel>
          <Facts
            facts={[
              [t('card.number'), `${day.replaceAll('-', '')}-${patient}`],
              [t('card.kind'), t('card.first')],
              [t('card.person'), found.name],
              [t('alarm.sex'), t(`alarm.sexes.${found.sex as 'male'}`, { defaultValue: found.sex })],
              [t('alarm.born'), found.birthDate],
              [t('alarm.district'), nameOf(found.district)],
              [t('alarm.phone'), found.phone],
              [t('card.disease'), `${named(definition.name)} (${definition.icd10})`],
              [t('card.class'), t(`outbreaks.classes.${definition.lawClass ?? 'none'}`)],
              [t('card.confirmed'), definition.findings.flatMap(({ codes }) => codes).join(', ')],
              [t('card.day'), day],
              [
                t('card.hours'),
                definition.reportWithinHours !== null && t('disease.hours', { count: definition.reportWithinHours }),
              ],
              [t('card.reporter'), '____________________'],
              [t('card.signature'), '____________________'],
            ]}
          />
        </Panel>
      )}
    </Page>
  );
}
