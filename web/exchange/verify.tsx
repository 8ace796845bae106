import { CloudUploadOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from '../shell/index.ts';
import { Page, Panel } from '../ui/index.ts';
import { VerdictShown } from './verify-shown.tsx';
import './verify.css';

/** Checks a certificate by its number, its file or its text, for everybody. */
export default function Verify() {
  const { t } = useTranslation('exchange');
  const go = useGo();
  const [given, setGiven] = useState<{ document: unknown } | 'not-json'>();
  const read = (text: string): void => setGiven(parse(text));
  if (given !== undefined && given !== 'not-json')
    return (
      <Page
        title={t('verify.one')}
        about={t('verify.about')}
        actions={<Button onClick={() => setGiven(undefined)}>{t('verify.other')}</Button>}
      >
        <VerdictShown document={given.document} />
      </Page>
    );
  return (
    <Page title={t('verify.title')} about={t('verify.about')}>
      {given === 'not-json' && <Alert type="error" showIcon title={t('verify.notJson')} />}
      <Panel title={t('verify.number')}>
        <Form<{ id: string }> layout="inline" onFinish={({ id }) => go(`/verify/${encodeURIComponent(numberIn(id))}`)}>
          <Form.Item name="id" className="verify-number" rules={[{ required: true, message: '' }]}>
            <Input aria-label={t('verify.number')} maxLength={200} autoComplete="off" />
          </Form.Item>
          <Button type="primary" htmlType="submit">
            {t('verify.look')}
          </Button>
        </Form>
        <p className="quiet">{t('verify.numberAbout')}</p>
      </Panel>
      <Panel title={t('verify.file')}>
        <Upload
          accept=".json,application/json"
          showUploadList={false}
          beforeUpload={async (file) => {
            read(await file.text());
            return false;
          }}
        >
          <Button icon={<CloudUploadOutlined />}>{t('verify.choose')}</Button>
        </Upload>
        <Form<{ text: string }>
          layout="vertical"
          requiredMark={false}
          className="verify-file"
          onFinish={({ text }) => read(text)}
        >
          <Form.Item name="text" label={t('verify.paste')} rules={[{ required: true, message: '' }]}>
            <Input.TextArea rows={6} maxLength={200_000} spellCheck={false} className="verify-text" />
          </Form.Item>
          <Button htmlType="submit">{t('verify.pasteAct')}</Button>
        </Form>
      </Panel>
    </Page>
  );
}

/** The number alone, also out of an address or as the certificate itself says it. */
function numberIn(text: string): string {
  return /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(text)?.[0] ?? text.trim();
}

function parse(text: string): { document: unknown } | 'not-json' {
  try {
    return { document: JSON.parse(text) };
  } catch {
    return 'not-json';
  }
}
