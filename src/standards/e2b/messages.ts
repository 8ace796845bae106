/** What is said of each kind of fault: `{name}` is replaced by what varies. */
export const MESSAGES = {
  missing: ['{name} is mandatory', '{name}为必填项'],
  'needed-with': ['{name} is needed when {other} is given', '填写{other}时必须填写{name}'],
  'needed-when': ['{name} is needed when {when}', '{when}时必须填写{name}'],
  'too-long': [
    '{name} has {length} characters, at most {most} are allowed',
    '{name}共 {length} 个字符，最多允许 {most} 个',
  ],
  'not-in-list': ['{name} has no code {value}', '{name}没有代码 {value}'],
  'not-a-number': [
    '{name} must be a number without signs for thousands, not {value}',
    '{name}应为不含千位分隔符的数值，而非 {value}',
  ],
  'not-whole': ['{name} must be a whole number, not {value}', '{name}应为整数，而非 {value}'],
  'not-a-date': ['{name} is not a date that the calendar has: {value}', '{name}不是有效的日期：{value}'],
  'not-precise': ['{name} must say at least the {precision}: {value}', '{name}至少应精确到{precision}：{value}'],
  future: ['{name} lies in the future: {value}', '{name}不得为将来的日期：{value}'],
  'null-flavor': ['{name} may not be missing with the null flavour {value}', '{name}不允许使用空值标志 {value}'],
  'only-true': ['{name} may be true or absent, not false', '{name}只能为 true 或不填，不能为 false'],
  'not-a-flag': ['{name} must be true or false', '{name}应为 true 或 false'],
  country: [
    '{name} must be a country of ISO 3166-1 in two capital letters, not {value}',
    '{name}应为 ISO 3166-1 两位大写国家代码，而非 {value}',
  ],
  language: [
    '{name} must be a language of ISO 639-2 in three small letters, not {value}',
    '{name}应为 ISO 639-2 三位小写语言代码，而非 {value}',
  ],
  version: [
    '{name} must be a MedDRA version such as 27.1, not {value}',
    '{name}应为 MedDRA 版本号（如 27.1），而非 {value}',
  ],
  meddra: ['{name} must be a MedDRA code of 8 digits, not {value}', '{name}应为 8 位 MedDRA 编码，而非 {value}'],
  uid: [
    '{name} must be a UUID, an OID or a word of letters, digits and hyphens, not {value}',
    '{name}应为 UUID、OID 或由字母、数字和连字符组成的标识，而非 {value}',
  ],
  unit: ['{name} must be a unit without spaces, not {value}', '{name}应为不含空格的单位，而非 {value}'],
  'case-id': [
    '{name} must be country-company-number, e.g. CN-COMPANY-2026001, not {value}',
    '{name}的格式应为“国家代码-公司或监管机构名称-报告编号”（如 CN-COMPANY-2026001），而非 {value}',
  ],
  'not-the-same': ['{name} must be the same as {other}', '{name}应与{other}相同'],
  'not-before': ['{name} lies before {other}', '{name}早于{other}'],
  'no-reporter': ['at least one reporter is needed', '至少需要一名报告者'],
  'no-primary': [
    'exactly one reporter must be the primary source; there are {count}',
    '必须且只能有一名报告者为主要来源，现有 {count} 名',
  ],
  'no-reaction': ['at least one reaction is needed', '至少需要一个反应/事件'],
  'no-drug': ['at least one drug is needed', '至少需要一种药品'],
  'no-suspect': [
    'at least one drug must be suspect, interacting or not administered',
    '至少一种药品的作用特征应为怀疑用药、相互作用或未给药',
  ],
  'no-patient': [
    'no patient can be made out: a name, initials, record number, age, date of birth or sex is needed',
    '无法识别患者：姓名、首字母、病历号、年龄、出生日期或性别至少填写一项',
  ],
  'no-reporter-identity': [
    'no reporter can be made out: a name, organisation, address, qualification or country is needed',
    '无法识别报告者：姓名、机构、地址、资质或国家至少填写一项',
  ],
  'several-versions': [
    'one report uses one MedDRA version; here are {value}',
    '一份报告只能使用一个 MedDRA 版本，此处有 {value}',
  ],
  'several-ages': ['only one of the elements that describe age should be used', '年龄信息只应使用其中一个数据元素'],
  'two-product-codes': ['a drug may have an MPID or a PhPID, not both', '一种药品只能填写 MPID 或 PhPID 之一'],
  'no-history': [
    'relevant history must be coded (D.7.1) or told (D.7.2), be it "None" or unknown',
    '相关病史须编码（D.7.1）或以文本填写（D.7.2），无病史填“无”，不详用空值标志',
  ],
  'no-result': ['a test needs a result: a code, a value or a text', '检查须有结果：代码、数值或文本'],
  'no-test-name': ['a test needs a name or a MedDRA code', '检查须有名称或 MedDRA 编码'],
  'says-not-serious': [
    'the reporter called it not serious, but a criterion of seriousness is met',
    '报告者认为非严重，但已选择严重性标准',
  ],
  'says-serious': [
    'the reporter called it serious, but no criterion of seriousness is met',
    '报告者认为严重，但未选择任何严重性标准',
  ],
  'fatal-not-death': [
    'the outcome is fatal, but the reaction is not said to result in death',
    '结局为致死，但未选择“导致死亡”',
  ],
  'death-not-fatal': ['the reaction results in death, but its outcome is {value}', '已选择“导致死亡”，但结局为{value}'],
  'no-death': [
    'a reaction was fatal, but nothing is said of the death (D.9)',
    '有反应/事件致死，但未填写死亡信息（D.9）',
  ],
  'death-without-reaction': [
    'the patient has died, but no reaction is said to result in death',
    '患者已死亡，但没有反应/事件选择“导致死亡”',
  ],
  'no-autopsy': [
    'causes found at autopsy are given, but no autopsy is said to have been done',
    '填写了尸检死因，但未说明已进行尸检',
  ],
  'unknown-reaction': [
    'the assessment names a reaction that is not in the report: {value}',
    '评估引用的反应/事件不在本报告中：{value}',
  ],
  'same-id': ['the id {value} is used twice', '标识 {value} 重复使用'],
  'two-results': [
    'an assessment has a result as text or as code, not both: make it two assessments',
    '一次评估的结果只能是文本或代码之一，请分为两次评估',
  ],
  'no-substance': [
    'without an MPID or PhPID each active substance should be named (G.k.2.3.r)',
    '未填写 MPID 或 PhPID 时，应逐一填写活性物质（G.k.2.3.r）',
  ],
  'no-documents': ['documents are said to be available, but none is listed', '注明有其他文件，但未列出'],
  'documents-denied': ['documents are listed, but said not to be available', '列出了文件，但注明没有其他文件'],
  'not-base64': ['the document is said to be base64, but is not', '文件注明为 base64 编码，但内容不是'],
  'ids-denied': ['other case identifiers are listed, but said not to exist', '列出了其他病例标识，但注明没有'],
  'only-from-r2': [
    'NI is for cases first received in the format E2B(R2) only; say true or false',
    'NI 仅用于首次以 E2B(R2) 格式接收的病例，应填 true 或 false',
  ],
  'reason-without-revision': ['a reason is given, but no nullification or amendment', '填写了原因，但未选择作废或修正'],
  'other-case': [
    'a later version of a case keeps its worldwide number {value}',
    '同一病例的后续版本应保持全球唯一病例标识 {value}',
  ],
  'older-version': ['the information is older than that of the version before: {value}', '信息早于前一版本：{value}'],
  'after-nullification': ['the version before has nullified the case', '前一版本已将该病例作废'],
  'nothing-to-revise': [
    'no earlier version of the case is known that could be nullified or amended',
    '没有可作废或修正的前一版本',
  ],
  'amended-date': [
    'an amendment brings no new information: the date of the most recent information stays {value}',
    '修正报告不含新信息，最新信息日期应保持为 {value}',
  ],
  'healthcare-reporter': [
    'medical confirmation is told only when no health professional has reported',
    '仅在非医疗卫生专业人员报告时填写医学确认',
  ],
  'father-or-mother': [
    'a parent is given, but the patient is not said to be a foetus, neonate, infant or child',
    '填写了父母信息，但患者年龄组不是胎儿、新生儿、婴儿或儿童',
  ],
  'needed-in-china': ['{name} is asked for in China', '中国要求填写{name}'],
} as const satisfies Record<string, readonly [string, string]>;

export type IssueCode = keyof typeof MESSAGES;

/** A message in both languages; what varies may differ by language. */
export function say(
  code: IssueCode,
  facts: Record<string, string | { en: string; zh: string }> = {},
): { en: string; zh: string } {
  const [en, zh] = MESSAGES[code];
  const fill = (text: string, language: 'en' | 'zh'): string =>
    text.replace(/\{(\w+)\}/g, (_, key: string) => {
      const fact = facts[key] ?? '';
      return typeof fact === 'string' ? fact : fact[language];
    });
  return { en: fill(en, 'en'), zh: fill(zh, 'zh') };
}
