/** One answer of a code list, for a form and for a reader. */
export interface CodeEntry {
  code: string;
  en: string;
  zh: string;
}

/** The code lists of ICH E2B(R3) and of China's region, by the name that ELEMENTS uses. */
export const CODE_LISTS = {
  'message-type': list(`1|ICH individual case safety reports|ICH 个例安全性报告`),
  'report-type': list(`
    1|Spontaneous report|自发报告
    2|Report from study|来自研究的报告
    3|Other|其他
    4|Not available to sender (unknown)|发送者无法获知（未知）`),
  'first-sender': list(`
    1|Regulator|监管机构
    2|Other|其他`),
  revision: list(`
    1|Nullification|作废
    2|Amendment|修正`),
  qualification: list(`
    1|Physician|医生
    2|Pharmacist|药师
    3|Other health professional|其他医疗卫生专业人员
    4|Lawyer|律师
    5|Consumer or other non health professional|消费者或其他非医疗卫生专业人员`),
  primary: list(`1|Primary|主要来源`),
  'sender-type': list(`
    1|Pharmaceutical company|制药公司
    2|Regulatory authority|监管机构
    3|Health professional|医疗卫生专业人员
    4|Regional pharmacovigilance centre|区域药物警戒中心
    5|WHO collaborating centre for international drug monitoring|世界卫生组织国际药物监测合作中心
    6|Other (e.g. distributor or other organisation)|其他（如经销商或其他组织）
    7|Patient / consumer|患者/消费者`),
  'study-type': list(`
    1|Clinical trials|临床试验
    2|Individual patient use (e.g. compassionate use, named patient)|个体患者用药（如同情用药、指定患者用药）
    3|Other studies (e.g. pharmacoepidemiology, intensive monitoring)|其他研究（如药物流行病学研究、集中监测）`),
  'age-group': list(`
    0|Foetus|胎儿
    1|Neonate (preterm and term newborns)|新生儿（早产儿和足月儿）
    2|Infant|婴儿
    3|Child|儿童
    4|Adolescent|青少年
    5|Adult|成人
    6|Elderly|老年人`),
  sex: list(`
    1|Male|男
    2|Female|女`),
  highlighted: list(`
    1|Yes, highlighted by the reporter, NOT serious|是，报告者强调，非严重
    2|No, not highlighted by the reporter, NOT serious|否，报告者未强调，非严重
    3|Yes, highlighted by the reporter, SERIOUS|是，报告者强调，严重
    4|No, not highlighted by the reporter, SERIOUS|否，报告者未强调，严重`),
  outcome: list(`
    1|Recovered / resolved|痊愈/缓解
    2|Recovering / resolving|好转/缓解中
    3|Not recovered / not resolved / ongoing|未好转/未缓解/持续
    4|Recovered / resolved with sequelae|痊愈/缓解但有后遗症
    5|Fatal|致死
    0|Unknown|未知`),
  'test-result': list(`
    1|Positive|阳性
    2|Negative|阴性
    3|Borderline|临界
    4|Inconclusive|不确定`),
  'drug-role': list(`
    1|Suspect|怀疑用药
    2|Concomitant|合并用药
    3|Interacting|相互作用
    4|Drug not administered|未给药`),
  action: list(`
    1|Drug withdrawn|停药
    2|Dose reduced|减量
    3|Dose increased|增量
    4|Dose not changed|剂量不变
    0|Unknown|未知
    9|Not applicable|不适用`),
  rechallenge: list(`
    1|Yes - yes (rechallenge was done, reaction recurred)|是—是（再激发，反应再次出现）
    2|Yes - no (rechallenge was done, reaction did not recur)|是—否（再激发，反应未再出现）
    3|Yes - unknown (rechallenge was done, outcome unknown)|是—未知（再激发，结果未知）
    4|No - n/a (no rechallenge was done, recurrence is not applicable)|否—不适用（未再激发）`),
  'drug-information': list(`
    1|Counterfeit|假药
    2|Overdose|用药过量
    3|Drug taken by the father|父亲用药
    4|Drug taken beyond expiry date|使用超过有效期的药品
    5|Batch and lot tested and found within specifications|批号经检验符合标准
    6|Batch and lot tested and found not within specifications|批号经检验不符合标准
    7|Medication error|用药错误
    8|Misuse|误用
    9|Abuse|滥用
    10|Occupational exposure|职业暴露
    11|Off label use|超说明书用药`),
  processing: list(`
    P|Production|正式
    T|Training|培训
    D|Debugging|测试`),
  'age-unit': list(`
    10.a|Decade|十年
    {decade}|Decade|十年
    a|Year|岁
    mo|Month|月
    wk|Week|周
    d|Day|天
    h|Hour|小时`),
  'parent-age-unit': list(`
    10.a|Decade|十年
    {decade}|Decade|十年
    a|Year|岁`),
  'gestation-unit': list(`
    mo|Month|月
    wk|Week|周
    d|Day|天
    {trimester}|Trimester|孕期（三个月）
    {Trimester}|Trimester|孕期（三个月）`),
  'time-unit': list(`
    a|Year|年
    mo|Month|月
    wk|Week|周
    d|Day|天
    h|Hour|小时
    min|Minute|分钟
    s|Second|秒`),
  'interval-unit': list(`
    a|Year|年
    mo|Month|月
    wk|Week|周
    d|Day|天
    h|Hour|小时
    min|Minute|分钟
    {cyclical}|Cyclical|周期性
    {asnecessary}|As necessary|按需
    {total}|Total|总计`),
  // China: stylesheets in public use say these answers; the guide itself was not at hand.
  'cn-source': list(`
    1|Regulator|监管机构
    2|Patient, family or friends|患者/亲友
    3|Medical institution|医疗机构
    4|Distributor|经营企业
    5|Literature (full text attached)|文献（需附全文）
    6|Study (post-market)|研究（上市后研究）
    7|Project (for patients or doctors)|项目（面向患者或医生的市场项目等）
    8|Other|其他`),
  'cn-category': list(`
    11|Before marketing, domestic|上市前境内报告
    12|After marketing, domestic|上市后境内报告
    21|Before marketing, foreign|上市前境外报告
    22|After marketing, foreign|上市后境外报告`),
} as const satisfies Record<string, readonly CodeEntry[]>;

export type CodeListName = keyof typeof CODE_LISTS;

function list(text: string): readonly CodeEntry[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [code = '', en = '', zh = ''] = line.trim().split('|');
      return { code, en, zh };
    });
}

/** Why a value is missing, in both languages. */
export const NULL_FLAVORS: readonly CodeEntry[] = list(`
  NI|No information|无信息
  MSK|Masked|已屏蔽
  UNK|Unknown|未知
  NA|Not applicable|不适用
  ASKU|Asked but unknown|已询问但未知
  NASK|Not asked|未询问
  NINF|Negative infinity|负无穷大
  PINF|Positive infinity|正无穷大`);

/** ISO 3166-1 alpha-2, and EU, which ICH takes for the European Union. Names are the platform's to say (`Intl.DisplayNames`). */
export const COUNTRIES: ReadonlySet<string> = new Set(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI
  CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP
  GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
  LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
  PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ
  TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`.split(/\s+/),
);
