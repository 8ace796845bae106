import type { Language } from '#kernel/context';

/** The words of the provider's two pages. */
const WORDS = {
  en: {
    signIn: 'Sign in to Banyan',
    username: 'User name',
    password: 'Password',
    go: 'Sign in',
    asks: '{client} asks for access to your account',
    as: 'You are signed in as {name}.',
    wants: 'It will be able to:',
    patient: 'Patient it may see (id)',
    allow: 'Allow',
    refuse: 'Refuse',
    all: 'records of every kind',
    readPatient: 'read, of one patient: {type}',
    writePatient: 'read and change, of one patient: {type}',
    readUser: 'read what you may see: {type}',
    writeUser: 'read and change what you may: {type}',
    fhirUser: 'know who you are',
    offline: 'go on when you are away, until you end it',
  },
  zh: {
    signIn: '登录榕树平台',
    username: '用户名',
    password: '密码',
    go: '登录',
    asks: '{client} 请求访问您的账号',
    as: '当前登录：{name}',
    wants: '它将可以：',
    patient: '允许查看的患者（编号）',
    allow: '允许',
    refuse: '拒绝',
    all: '各类记录',
    readPatient: '读取一位患者的：{type}',
    writePatient: '读取和修改一位患者的：{type}',
    readUser: '读取您有权查看的：{type}',
    writeUser: '读取和修改您有权处理的：{type}',
    fhirUser: '了解您的身份',
    offline: '在您离开后继续访问，直至您终止',
  },
} as const;

export interface SignInPage {
  uid: string;
  language: Language;
  /** What went wrong with the try before. */
  failure?: string;
  username?: string;
}

export function signInPage({ uid, language, failure, username = '' }: SignInPage): string {
  const t = WORDS[language];
  return page(
    language,
    t.signIn,
    `<form method="post" action="/oidc/interaction/${escapeHtml(uid)}/login">
      ${failure === undefined ? '' : `<p role="alert">${escapeHtml(failure)}</p>`}
      <label>${t.username}<input name="username" autocomplete="username" autocapitalize="none" required maxlength="200" value="${escapeHtml(username)}"></label>
      <label>${t.password}<input name="password" type="password" autocomplete="current-password" required maxlength="500"></label>
      <button>${t.go}</button>
    </form>`,
  );
}

export interface ConsentPage {
  uid: string;
  language: Language;
  client: string;
  name: string;
  scopes: readonly string[];
  /** Whether the person must say which patient the application may see. */
  asksPatient: boolean;
  failure?: string;
}

export function consentPage({ uid, language, client, name, scopes, asksPatient, failure }: ConsentPage): string {
  const t = WORDS[language];
  const items = scopes.flatMap((scope) => describeScope(scope, language)).map((text) => `<li>${escapeHtml(text)}</li>`);
  return page(
    language,
    t.asks.replace('{client}', () => client),
    `<p>${escapeHtml(t.as.replace('{name}', () => name))}</p>
    <p>${t.wants}</p>
    <ul>${[...new Set(items)].join('')}</ul>
    <form method="post" action="/oidc/interaction/${escapeHtml(uid)}/consent">
      ${failure === undefined ? '' : `<p role="alert">${escapeHtml(failure)}</p>`}
      ${asksPatient ? `<label>${t.patient}<input name="patient" required maxlength="64" pattern="[A-Za-z0-9.\\-]{1,64}"></label>` : ''}
      <button name="answer" value="allow">${t.allow}</button>
      <button name="answer" value="refuse" class="quiet" formnovalidate>${t.refuse}</button>
    </form>`,
  );
}

function describeScope(scope: string, language: Language): string[] {
  const t = WORDS[language];
  if (scope === 'fhirUser' || scope === 'profile') return [t.fhirUser];
  if (scope === 'offline_access') return [t.offline];
  const found = /^(patient|user)\/(\*|[A-Za-z]+)\.([a-z*]+)/.exec(scope);
  if (found === null) return [];
  const [, context, type, verbs = ''] = found;
  const writes = /[cud*]|write/.test(verbs.replace('read', ''));
  const whose = context === 'patient' ? (writes ? t.writePatient : t.readPatient) : writes ? t.writeUser : t.readUser;
  return [whose.replace('{type}', type === '*' ? t.all : (type ?? ''))];
}

function page(language: Language, title: string, body: string): string {
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; --leaf: #0f6b5c; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; }
  main { width: min(26rem, calc(100vw - 3rem)); padding: 1.5rem 0; }
  h1 { font-size: 1.3rem; }
  label { display: block; margin: 1rem 0; }
  input { display: block; box-sizing: border-box; width: 100%; padding: .7rem; font: inherit; margin-top: .25rem; }
  button { width: 100%; padding: .8rem; margin-top: .5rem; font: inherit; border: 1px solid var(--leaf); background: var(--leaf); color: #fff; border-radius: 6px; }
  button.quiet { background: none; color: inherit; }
  [role=alert] { color: #b3261e; }
</style>
</head>
<body><main><h1>${escapeHtml(title)}</h1>
${body}
</main></body>
</html>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
