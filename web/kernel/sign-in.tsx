import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api, LanguageSwitch, SESSION, type SignedIn } from '../shell/index.ts';

interface Credentials {
  username: string;
  password: string;
}

interface DemoAccount extends Credentials {
  name?: string;
  roles?: readonly string[];
}

const WAY = ['sample', 'custody', 'result', 'record', 'signal', 'product', 'decision'] as const;

/** Stands where the page will be: after the sign-in the address that was asked for opens. */
export default function SignIn() {
  const { t } = useTranslation('kernel');
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: ({ username, password }: Credentials) =>
      api.post<{ actor: SignedIn }>('/api/session', { username, password }),
    onSuccess: ({ actor }) => queries.setQueryData(SESSION, actor),
  });
  useEffect(() => {
    document.title = `${t('signIn.title')} · Banyan`;
  }, [t]);

  return (
    <div className="sign-in">
      <header className="sign-in-story">
        <div className="row">
          <img src="/banyan.svg" alt="" width="40" height="40" />
          <strong>{t('shell:name')}</strong>
        </div>
        <div>
          <h1>{t('signIn.story')}</h1>
          <p>{t('shell:claim')}</p>
        </div>
        <ol>
          {WAY.map((step) => (
            <li key={step}>{t(`signIn.way.${step}`)}</li>
          ))}
        </ol>
        <Tree />
      </header>
      <main className="sign-in-form">
        <div>
          <div className="sign-in-head">
            <h2>{t('signIn.title')}</h2>
            <LanguageSwitch />
          </div>
          {signIn.isError && <Alert type="error" showIcon title={signIn.error.message} />}
          <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(given) => signIn.mutate(given)}>
            <Form.Item name="username" label={t('signIn.username')} rules={[{ required: true }]}>
              <Input autoComplete="username" autoCapitalize="none" autoFocus size="large" maxLength={200} />
            </Form.Item>
            <Form.Item name="password" label={t('signIn.password')} rules={[{ required: true }]}>
              <Input.Password autoComplete="current-password" size="large" maxLength={500} />
            </Form.Item>
            <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>
              {t('signIn.act')}
            </Button>
          </Form>
          <DemoAccounts busy={signIn.isPending} signIn={(account) => signIn.mutate(account)} />
        </div>
      </main>
    </div>
  );
}

function DemoAccounts({ busy, signIn }: { busy: boolean; signIn: (account: DemoAccount) => void }) {
  const { t } = useTranslation('kernel');
  const query = useQuery({
    queryKey: ['demo-accounts'],
    queryFn: ({ signal }) => api.get<{ accounts: DemoAccount[] }>('/api/session/demo', { signal }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // A server without the synthetic region has none and says 404: then there is nothing to show.
  const accounts = query.data?.accounts ?? [];
  if (accounts.length === 0) return null;
  return (
    <section className="stack" aria-label={t('signIn.demo')}>
      <h3>{t('signIn.demo')}</h3>
      <ul className="demo">
        {accounts.map((account) => (
          <li key={account.username}>
            <button type="button" disabled={busy} onClick={() => signIn(account)}>
              {account.roles?.map((role) => t(`roles.${role}`, { defaultValue: role })).join(', ') ?? account.username}
              <small>{account.name ?? account.username}</small>
            </button>
          </li>
        ))}
      </ul>
      <small className="quiet">{t('signIn.demoNote')}</small>
    </section>
  );
}

function Tree() {
  return (
    <svg
      className="sign-in-tree"
      viewBox="0 0 400 400"
      fill="none"
      stroke="currentColor"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path
        d="M200 60c-90 0-160 44-160 100 0 34 26 54 60 54 18 0 32-6 44-16 11 10 26 16 42 16 5 0 9 0 14-1 5 1 9 1 14 1 16 0 31-6 42-16 12 10 26 16 44 16 34 0 60-20 60-54 0-56-70-100-160-100z"
        fill="currentColor"
        stroke="none"
      />
      <path d="M200 210v180" strokeWidth="18" />
      <path d="M176 212c0 70-6 120-20 176M224 212c0 70 6 120 20 176" strokeWidth="9" />
      <path d="M120 214v150M280 214v150M150 210v90M250 210v90" strokeWidth="5" />
      <path d="M90 214v110M310 214v110M64 200v60M336 200v60" strokeWidth="3" />
      <path d="M20 392h360" strokeWidth="6" />
    </svg>
  );
}
