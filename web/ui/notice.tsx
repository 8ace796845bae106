import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';

interface Notice {
  done(text: string, options?: { undo?: () => Promise<unknown> }): void;
  failed(error: unknown): void;
}

let serial = 0;

/** Tells what was done, with a way back where there is one, and what could not be done. */
export function useNotice(): Notice {
  const { notification } = App.useApp();
  const { t } = useTranslation('ui');
  const failed = (error: unknown) => {
    notification.error({
      title: error instanceof Error ? error.message : String(error),
      placement: 'bottomLeft',
      duration: 8,
    });
  };
  return {
    failed,
    done(text, { undo } = {}) {
      const key = `notice-${serial++}`;
      const takeBack = () => {
        notification.destroy(key);
        undo?.().then(() => notification.info({ title: t('undone'), placement: 'bottomLeft', duration: 3 }), failed);
      };
      notification.success({
        key,
        title: text,
        placement: 'bottomLeft',
        duration: undo === undefined ? 4 : 10,
        actions: undo !== undefined && (
          <Button size="small" onClick={takeBack}>
            {t('undo')}
          </Button>
        ),
      });
    },
  };
}
