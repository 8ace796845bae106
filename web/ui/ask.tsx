import { App, Input } from 'antd';
import { useTranslation } from 'react-i18next';

interface Question {
  title: string;
  about?: string;
  /** The word on the button that does it: a verb, not "OK". */
  act: string;
  danger?: boolean;
  /** Ask for a reason; it is trimmed and never empty in the answer. */
  reason?: boolean;
}

/** Asks before an act that cannot be taken back. Answers undefined when the person steps back. */
export function useAsk(): (question: Question) => Promise<{ reason: string } | undefined> {
  const { modal } = App.useApp();
  const { t } = useTranslation('ui');
  return ({ title, about, act, danger = false, reason = false }) =>
    new Promise((resolve) => {
      let given = '';
      const question = modal.confirm({
        title,
        okText: act,
        cancelText: t('cancel'),
        okButtonProps: { danger, disabled: reason },
        onOk: () => resolve({ reason: given }),
        onCancel: () => resolve(undefined),
        content: (
          <div className="stack">
            {about !== undefined && <span>{about}</span>}
            {reason && (
              <Input.TextArea
                aria-label={t('reason')}
                placeholder={t('reasonNeeded')}
                rows={3}
                maxLength={1_000}
                onChange={(event) => {
                  given = event.target.value.trim();
                  question.update({ okButtonProps: { danger, disabled: given === '' } });
                }}
              />
            )}
          </div>
        ),
      });
    });
}
