import type { CodeListName } from './code-lists.ts';

/** What the implementation guide says of one data element. */
export interface ElementRule {
  /** e.g. `G.k.4.r.7` */
  number: string;
  en: string;
  zh: string;
  /** `mandatory` always, `conditional` by a rule of business, `optional` */
  conformance: 'mandatory' | 'conditional' | 'optional';
  type:
    | 'text'
    | 'number'
    | 'integer'
    | 'date'
    | 'flag'
    | 'true'
    | 'code'
    | 'unit'
    | 'country'
    | 'language'
    | 'version'
    | 'meddra'
    | 'case-id'
    | 'uid'
    | 'data';
  /** most characters */
  length?: number;
  /** the least that a date must say */
  precision?: 'second' | 'day' | 'year';
  list?: CodeListName;
  nullFlavors: readonly string[];
}

/**
 * The data elements, in the order of the guide: number, conformance (M, C, O), type, null flavours allowed, name in English and Chinese.
 * Source: ICH E2B(R3) implementation guide, core data elements and business rules; the CN rows from China's regional guide as far as
 * public sources give it (names, codes, answers; not lengths).
 */
const TABLE = `
N.1.1|M|code message-type||Types of message in batch|批量信息类型
N.1.2|M|text 100||Batch number|批量信息编号
N.1.3|M|text 60||Batch sender identifier|批量信息发送者标识符
N.1.4|M|text 60||Batch receiver identifier|批量信息接收者标识符
N.1.5|M|date second||Date of batch transmission|批量信息传输日期
N.2.r|O|code processing||Processing mode of the message|信息处理方式
N.2.r.1|M|text 100||Message identifier|信息标识符
N.2.r.2|M|text 60||Message sender identifier|信息发送者标识符
N.2.r.3|M|text 60||Message receiver identifier|信息接收者标识符
N.2.r.4|M|date second||Date of message creation|信息创建日期
C.1.1|M|case-id 100||Sender's (case) safety report unique identifier|发送者的（病例）安全性报告唯一标识符
C.1.2|M|date second||Date of creation|创建日期
C.1.3|M|code report-type||Type of report|报告类型
C.1.4|M|date day||Date report was first received from source|首次从来源获得报告的日期
C.1.5|M|date day||Date of most recent information for this report|本报告最新信息的日期
C.1.6.1|M|flag||Are additional documents available?|是否有可用的其他文件？
C.1.6.1.r.1|C|text 2000||Documents held by sender|发送者持有的文件
C.1.6.1.r.2|O|data||Included documents|包含的文件
C.1.7|M|flag|NI|Does this case fulfil the local criteria for an expedited report?|该病例是否符合当地加速报告标准？
C.1.8.1|M|case-id 100||Worldwide unique case identification|全球唯一病例标识
C.1.8.2|M|code first-sender||First sender of this case|该病例的首个发送者
C.1.9.1|M|true|NI|Other case identifiers in previous transmissions|既往传输中的其他病例标识
C.1.9.1.r.1|C|text 100||Source(s) of the case identifier|病例标识的来源
C.1.9.1.r.2|C|text 100||Case identifier(s)|病例标识
C.1.10.r|O|text 100||Identification number of the report which is linked to this report|与本报告相关的报告标识编号
C.1.11.1|O|code revision||Report nullification / amendment|报告作废/修正
C.1.11.2|C|text 2000||Reason for nullification / amendment|作废/修正的原因
C.1.CN.1|O|code cn-source||Report source (China)|报告来源
C.1.CN.2|O|code cn-category||Report category (China)|报告分类
C.1.CN.3|O|text 100||Holder identifier (China)|持有人标识
C.2.r.1.1|O|text 50|MSK UNK ASKU NASK|Reporter's title|报告者称谓
C.2.r.1.2|O|text 60|MSK ASKU NASK|Reporter's given name|报告者名字
C.2.r.1.3|O|text 60|MSK ASKU NASK|Reporter's middle name|报告者中间名
C.2.r.1.4|O|text 60|MSK ASKU NASK|Reporter's family name|报告者姓氏
C.2.r.2.1|O|text 60|MSK ASKU NASK|Reporter's organisation|报告者所在机构
C.2.r.2.2|O|text 60|MSK ASKU NASK|Reporter's department|报告者所在部门
C.2.r.2.3|O|text 100|MSK ASKU NASK|Reporter's street|报告者所在街道
C.2.r.2.4|O|text 35|MSK ASKU NASK|Reporter's city|报告者所在城市
C.2.r.2.5|O|text 40|MSK ASKU NASK|Reporter's state or province|报告者所在州或省
C.2.r.2.6|O|text 15|MSK ASKU NASK|Reporter's postcode|报告者邮政编码
C.2.r.2.7|O|text 33|MSK ASKU NASK|Reporter's telephone|报告者电话
C.2.r.CN.1|O|text 100|MSK ASKU NASK|Reporter's e-mail address (regional)|报告者电子邮箱（区域）
C.2.r.3|C|country|MSK UNK ASKU NASK|Reporter's country code|报告者国家代码
C.2.r.4|C|code qualification|UNK|Qualification|资质
C.2.r.5|C|code primary||Primary source for regulatory purposes|基于监管目的的主要来源
C.3.1|M|code sender-type||Sender type|发送者类型
C.3.2|C|text 100||Sender's organisation|发送者所在机构
C.3.3.1|O|text 60||Sender's department|发送者所在部门
C.3.3.2|O|text 50||Sender's title|发送者称谓
C.3.3.3|O|text 60||Sender's given name|发送者名字
C.3.3.4|O|text 60||Sender's middle name|发送者中间名
C.3.3.5|O|text 60||Sender's family name|发送者姓氏
C.3.4.1|O|text 100||Sender's street address|发送者街道地址
C.3.4.2|O|text 35||Sender's city|发送者所在城市
C.3.4.3|O|text 40||Sender's state or province|发送者所在州或省
C.3.4.4|O|text 15||Sender's postcode|发送者邮政编码
C.3.4.5|O|country||Sender's country code|发送者国家代码
C.3.4.6|O|text 33||Sender's telephone|发送者电话
C.3.4.7|O|text 33||Sender's fax|发送者传真
C.3.4.8|O|text 100||Sender's e-mail address|发送者电子邮箱
C.4.r.1|O|text 500|ASKU NASK|Literature reference(s)|参考文献
C.4.r.2|O|data||Included documents|包含的文件
C.5.1.r.1|O|text 50|ASKU NASK|Study registration number|研究注册编号
C.5.1.r.2|O|country|ASKU NASK|Study registration country|研究注册国家
C.5.2|O|text 2000|ASKU NASK|Study name|研究名称
C.5.3|O|text 50|ASKU NASK|Sponsor study number|申办者研究编号
C.5.4|C|code study-type||Study type where reaction(s) / event(s) were observed|发现反应/事件的研究类型
D.1|M|text 60|MSK UNK NA ASKU NASK|Patient (name or initials)|患者（姓名或首字母）
D.1.1.1|O|text 20|MSK|Medical record number (GP)|全科医生病历号
D.1.1.2|O|text 20|MSK|Medical record number (specialist)|专科病历号
D.1.1.3|O|text 20|MSK|Medical record number (hospital)|医院病历号
D.1.1.4|O|text 20|MSK|Investigation number|研究编号
D.2.1|O|date day|MSK|Date of birth|出生日期
D.2.2a|C|number 5||Age at time of onset of reaction / event (number)|反应/事件发生时的年龄（数值）
D.2.2b|C|unit age-unit||Age at time of onset of reaction / event (unit)|反应/事件发生时的年龄（单位）
D.2.2.1a|C|number 3||Gestation period when reaction / event was observed in the foetus (number)|在胎儿中观察到反应/事件时的孕期（数值）
D.2.2.1b|C|unit gestation-unit||Gestation period when reaction / event was observed in the foetus (unit)|在胎儿中观察到反应/事件时的孕期（单位）
D.2.3|O|code age-group|NI MSK UNK ASKU|Patient age group (as per reporter)|患者年龄组（据报告者）
D.3|O|number 6||Body weight (kg)|体重（kg）
D.4|O|integer 3||Height (cm)|身高（cm）
D.5|O|code sex|MSK UNK ASKU NASK|Sex|性别
D.6|O|date year|MSK ASKU NASK|Last menstrual period date|末次月经日期
D.7.1.r.1a|C|version||MedDRA version for medical history|病史的 MedDRA 版本
D.7.1.r.1b|C|meddra||Medical history (MedDRA code)|病史（疾病/手术等）（MedDRA 编码）
D.7.1.r.2|O|date year|MSK ASKU NASK|Start date|开始日期
D.7.1.r.3|O|flag|MSK UNK ASKU NASK|Continuing|持续
D.7.1.r.4|O|date year|MSK ASKU NASK|End date|结束日期
D.7.1.r.5|O|text 2000||Comments|备注
D.7.1.r.6|O|true||Family history|家族史
D.7.2|C|text 10000|MSK UNK ASKU NASK|Text for relevant medical history and concurrent conditions|相关病史和并发疾病的文本（不包括反应/事件）
D.7.3|O|true||Concomitant therapies|合并治疗
D.8.r.1|C|text 250|UNK NA|Name of drug as reported|报告的药品名称
D.8.r.2a|O|text 20||MPID version date / number|MPID 版本日期/编号
D.8.r.2b|O|text 1000||Medicinal product identifier (MPID)|药品标识符（MPID）
D.8.r.3a|O|text 10||PhPID version date / number|PhPID 版本日期/编号
D.8.r.3b|O|text 250||Pharmaceutical product identifier (PhPID)|药物产品标识符（PhPID）
D.8.r.4|O|date year|MSK ASKU NASK|Start date|开始日期
D.8.r.5|O|date year|MSK ASKU NASK|End date|结束日期
D.8.r.6a|C|version||MedDRA version for indication|适应症的 MedDRA 版本
D.8.r.6b|C|meddra||Indication (MedDRA code)|适应症（MedDRA 编码）
D.8.r.7a|C|version||MedDRA version for reaction|反应的 MedDRA 版本
D.8.r.7b|C|meddra||Reaction (MedDRA code)|反应（MedDRA 编码）
D.9.1|O|date year|MSK ASKU NASK|Date of death|死亡日期
D.9.2.r.1a|C|version||MedDRA version for reported cause(s) of death|报告死因的 MedDRA 版本
D.9.2.r.1b|C|meddra||Reported cause(s) of death (MedDRA code)|报告的死因（MedDRA 编码）
D.9.2.r.2|C|text 250||Reported cause(s) of death (free text)|报告的死因（文本）
D.9.3|C|flag|UNK ASKU NASK|Was autopsy done?|是否进行尸检？
D.9.4.r.1a|C|version||MedDRA version for autopsy-determined cause(s) of death|尸检确定死因的 MedDRA 版本
D.9.4.r.1b|C|meddra||Autopsy-determined cause(s) of death (MedDRA code)|尸检确定的死因（MedDRA 编码）
D.9.4.r.2|C|text 250||Autopsy-determined cause(s) of death (free text)|尸检确定的死因（文本）
D.10.1|O|text 60|MSK UNK ASKU NASK|Parent identification|父母标识
D.10.2.1|O|date year|MSK ASKU NASK|Date of birth of parent|父母出生日期
D.10.2.2a|C|number 3||Age of parent (number)|父母年龄（数值）
D.10.2.2b|C|unit parent-age-unit||Age of parent (unit)|父母年龄（单位）
D.10.3|O|date year|MSK ASKU NASK|Last menstrual period date of parent|母亲末次月经日期
D.10.4|O|number 6||Body weight (kg) of parent|父母体重（kg）
D.10.5|O|integer 3||Height (cm) of parent|父母身高（cm）
D.10.6|C|code sex|MSK UNK ASKU NASK|Sex of parent|父母性别
D.10.7.1.r.1a|C|version||MedDRA version for medical history of parent|父母病史的 MedDRA 版本
D.10.7.1.r.1b|C|meddra||Medical history of parent (MedDRA code)|父母病史（疾病/手术等）（MedDRA 编码）
D.10.7.1.r.2|O|date year|MSK ASKU NASK|Start date|开始日期
D.10.7.1.r.3|O|flag|MSK UNK ASKU NASK|Continuing|持续
D.10.7.1.r.4|O|date year|MSK ASKU NASK|End date|结束日期
D.10.7.1.r.5|O|text 2000||Comments|备注
D.10.7.2|O|text 10000||Text for relevant medical history and concurrent conditions of parent|父母相关病史和并发疾病的文本
D.10.8.r.1|O|text 250||Name of drug as reported|报告的药品名称
D.10.8.r.2a|O|text 20||MPID version date / number|MPID 版本日期/编号
D.10.8.r.2b|O|text 1000||Medicinal product identifier (MPID)|药品标识符（MPID）
D.10.8.r.3a|O|text 10||PhPID version date / number|PhPID 版本日期/编号
D.10.8.r.3b|O|text 250||Pharmaceutical product identifier (PhPID)|药物产品标识符（PhPID）
D.10.8.r.4|O|date year|MSK ASKU NASK|Start date|开始日期
D.10.8.r.5|O|date year|MSK ASKU NASK|End date|结束日期
D.10.8.r.6a|C|version||MedDRA version for indication|适应症的 MedDRA 版本
D.10.8.r.6b|C|meddra||Indication (MedDRA code)|适应症（MedDRA 编码）
D.10.8.r.7a|C|version||MedDRA version for reaction|反应的 MedDRA 版本
D.10.8.r.7b|C|meddra||Reactions (MedDRA code)|反应（MedDRA 编码）
D.CN.1|O|text 100||Ethnic group (China): code|民族（代码）
D.CN.2|O|text 100||Race (China): code|种族（代码）
D.CN.3|O|text 200||Medical institution (China)|医疗机构名称
D.CN.4|O|country||Nationality (China)|国籍
D.CN.5|O|text 100||Patient's telephone (China)|患者联系电话
D.CN.6|O|text 2000||Pregnancy (China)|妊娠相关描述
E.i|M|uid 100||Identifier of the reaction within the message|反应在信息中的标识
E.i.1.1a|O|text 250||Reaction / event as reported by the primary source in native language|主要来源报告的反应/事件（母语）
E.i.1.1b|C|language||Reaction / event as reported by the primary source: language|主要来源报告的反应/事件的语言
E.i.1.2|O|text 250||Reaction / event as reported by the primary source for translation|主要来源报告的反应/事件（译文）
E.i.2.1a|M|version||MedDRA version for reaction / event|反应/事件的 MedDRA 版本
E.i.2.1b|M|meddra||Reaction / event (MedDRA code)|反应/事件（MedDRA 编码）
E.i.3.1|O|code highlighted||Term highlighted by the reporter|报告者强调的术语
E.i.3.2a|M|true|NI|Results in death|导致死亡
E.i.3.2b|M|true|NI|Life threatening|危及生命
E.i.3.2c|M|true|NI|Caused / prolonged hospitalisation|导致住院/延长住院时间
E.i.3.2d|M|true|NI|Disabling / incapacitating|致残/功能丧失
E.i.3.2e|M|true|NI|Congenital anomaly / birth defect|先天性异常/出生缺陷
E.i.3.2f|M|true|NI|Other medically important condition|其他重要医学事件
E.i.4|O|date year|MSK ASKU NASK|Date of start of reaction / event|反应/事件开始日期
E.i.5|O|date year|MSK ASKU NASK|Date of end of reaction / event|反应/事件结束日期
E.i.6a|C|number 5||Duration of reaction / event (number)|反应/事件持续时间（数值）
E.i.6b|C|unit time-unit||Duration of reaction / event (unit)|反应/事件持续时间（单位）
E.i.7|M|code outcome||Outcome of reaction / event at the time of last observation|末次观察时反应/事件的结局
E.i.8|O|flag||Medical confirmation by healthcare professional|由医疗卫生专业人员医学确认
E.i.9|O|country||Country where the reaction / event occurred|反应/事件发生的国家
F.r.1|C|date year|UNK|Test date|检查日期
F.r.2.1|C|text 250||Test name (free text)|检查名称（文本）
F.r.2.2a|C|version||MedDRA version for test name|检查名称的 MedDRA 版本
F.r.2.2b|C|meddra||Test name (MedDRA code)|检查名称（MedDRA 编码）
F.r.3.1|C|code test-result||Test result (code)|检查结果（代码）
F.r.3.2|C|number 50||Test result (value / qualifier)|检查结果（数值/限定符）
F.r.3.3|C|unit||Test result (unit)|检查结果（单位）
F.r.3.4|C|text 2000||Result unstructured data (free text)|检查结果（文本）
F.r.4|O|number 50||Normal low value|正常值下限
F.r.5|O|number 50||Normal high value|正常值上限
F.r.6|O|text 2000||Comments (free text)|备注（文本）
F.r.7|O|flag||More information available|是否有更多信息
G.k|M|uid 100||Identifier of the drug within the message|药品在信息中的标识
G.k.1|M|code drug-role||Characterisation of drug role|药物作用特征
G.k.2.1.1a|C|text 20||MPID version date / number|MPID 版本日期/编号
G.k.2.1.1b|C|text 1000||Medicinal product identifier (MPID)|药品标识符（MPID）
G.k.2.1.2a|C|text 10||PhPID version date / number|PhPID 版本日期/编号
G.k.2.1.2b|C|text 250||Pharmaceutical product identifier (PhPID)|药物产品标识符（PhPID）
G.k.2.2|M|text 250||Medicinal product name as reported by the primary source|主要来源报告的药品名称
G.k.2.3.r.1|O|text 250||Substance / specified substance name|物质/特定物质名称
G.k.2.3.r.2a|O|text 10||Substance / specified substance TermID version date / number|物质/特定物质术语标识版本日期/编号
G.k.2.3.r.2b|O|text 100||Substance / specified substance TermID|物质/特定物质术语标识
G.k.2.3.r.3a|O|number 10||Strength (number)|规格（数值）
G.k.2.3.r.3b|C|unit||Strength (unit)|规格（单位）
G.k.2.4|O|country||Country where the drug was obtained|获得药品的国家
G.k.2.5|O|true||Investigational product blinded|设盲的试验用药品
G.k.3.1|O|text 35||Authorisation / application number|上市许可/申请编号
G.k.3.2|C|country||Country of authorisation / application|上市许可/申请国家
G.k.3.3|O|text 60||Name of holder / applicant|持有人/申请人名称
G.k.4.r.1a|O|number 8||Dose (number)|剂量（数值）
G.k.4.r.1b|C|unit||Dose (unit)|剂量（单位）
G.k.4.r.2|O|number 4||Number of units in the interval|给药间隔的单位数
G.k.4.r.3|C|unit interval-unit||Definition of the time interval unit|给药间隔的时间单位
G.k.4.r.4|O|date year|MSK ASKU NASK|Date and time of start of drug|开始用药的日期和时间
G.k.4.r.5|O|date year|MSK ASKU NASK|Date and time of last administration|末次用药的日期和时间
G.k.4.r.6a|C|number 5||Duration of drug administration (number)|用药持续时间（数值）
G.k.4.r.6b|C|unit time-unit||Duration of drug administration (unit)|用药持续时间（单位）
G.k.4.r.7|O|text 35||Batch / lot number|批号
G.k.4.r.8|O|text 2000||Dosage text|剂量文本
G.k.4.r.9.1|O|text 60|UNK ASKU NASK|Pharmaceutical dose form (free text)|药物剂型（文本）
G.k.4.r.9.2a|O|text 25||Pharmaceutical dose form TermID version date / number|药物剂型术语标识版本日期/编号
G.k.4.r.9.2b|O|text 100||Pharmaceutical dose form TermID|药物剂型术语标识
G.k.4.r.10.1|O|text 60|UNK ASKU NASK|Route of administration (free text)|给药途径（文本）
G.k.4.r.10.2a|O|text 25||Route of administration TermID version date / number|给药途径术语标识版本日期/编号
G.k.4.r.10.2b|O|text 100||Route of administration TermID|给药途径术语标识
G.k.4.r.11.1|O|text 60|UNK ASKU NASK|Parent route of administration (free text)|父母给药途径（文本）
G.k.4.r.11.2a|O|text 25||Parent route of administration TermID version date / number|父母给药途径术语标识版本日期/编号
G.k.4.r.11.2b|O|text 100||Parent route of administration TermID|父母给药途径术语标识
G.k.4.r.CN.1|O|date day||Expiry date (China)|药品失效日期
G.k.5a|C|number 10||Cumulative dose to first reaction (number)|至首次反应的累积剂量（数值）
G.k.5b|C|unit||Cumulative dose to first reaction (unit)|至首次反应的累积剂量（单位）
G.k.6a|C|number 3||Gestation period at time of exposure (number)|暴露时的孕期（数值）
G.k.6b|C|unit gestation-unit||Gestation period at time of exposure (unit)|暴露时的孕期（单位）
G.k.7.r.1|O|text 250|UNK ASKU NASK|Indication as reported by the primary source|主要来源报告的适应症
G.k.7.r.2a|C|version||MedDRA version for indication|适应症的 MedDRA 版本
G.k.7.r.2b|C|meddra||Indication (MedDRA code)|适应症（MedDRA 编码）
G.k.8|O|code action||Action(s) taken with drug|对药物采取的措施
G.k.9.i.1|O|text 100||Reaction(s) / event(s) assessed|评估的反应/事件
G.k.9.i.2.r.1|O|text 60||Source of assessment|评估来源
G.k.9.i.2.r.2|O|text 60||Method of assessment|评估方法
G.k.9.i.2.r.3|O|text 60||Result of assessment|评估结果
G.k.9.i.2.r.CN.1|O|text 100||Source of assessment (China)|评估来源（中国）
G.k.9.i.2.r.CN.2|O|text 100||Result of assessment (China)|评估结果（中国）
G.k.9.i.3.1a|C|number 5||Time from beginning of drug administration to start of reaction (number)|开始用药至反应/事件开始的时间间隔（数值）
G.k.9.i.3.1b|C|unit time-unit||Time from beginning of drug administration to start of reaction (unit)|开始用药至反应/事件开始的时间间隔（单位）
G.k.9.i.3.2a|C|number 5||Time from last dose of drug to start of reaction (number)|末次用药至反应/事件开始的时间间隔（数值）
G.k.9.i.3.2b|C|unit time-unit||Time from last dose of drug to start of reaction (unit)|末次用药至反应/事件开始的时间间隔（单位）
G.k.9.i.4|O|code rechallenge||Did reaction recur on re-administration?|再次用药后反应是否再次出现？
G.k.9.i.CN.1|O|text 100||Is the reaction unexpected? (China)|是否非预期
G.k.9.i.CN.2|O|text 100||Did the reaction abate after withdrawal or dose reduction? (China)|停药或减量后，反应/事件是否消失或减轻
G.k.10.r|O|code drug-information||Additional information on drug (coded)|药物的其他信息（代码）
G.k.11|O|text 2000||Additional information on drug (free text)|药物的其他信息（文本）
G.k.CN.1|O|text 250||Generic name of the drug (China)|药品通用名称
G.k.CN.2|O|text 2000||Related device (China)|相关器械
G.k.CN.3|O|flag||Is it the holder's own product? (China)|是否为本持有人产品
G.k.CN.4|O|text 100||Approval or acceptance number (China)|批准文号/受理号
H.1|M|text 100000||Case narrative including clinical course, therapeutic measures, outcome and additional information|病例叙述（包括临床过程、治疗措施、结局和其他相关信息）
H.2|O|text 20000||Reporter's comments|报告者的评论
H.3.r.1a|C|version||MedDRA version for sender's diagnosis|发送者诊断的 MedDRA 版本
H.3.r.1b|C|meddra||Sender's diagnosis / syndrome and / or reclassification (MedDRA code)|发送者的诊断/综合征和/或反应/事件的重新分类（MedDRA 编码）
H.4|O|text 20000||Sender's comments|发送者的评论
H.5.r.1a|O|text 100000||Case summary and reporter's comments text|病例总结和报告者评论的文本
H.5.r.1b|C|language||Case summary and reporter's comments language|病例总结和报告者评论的语言
`;

const CONFORMANCE = { M: 'mandatory', C: 'conditional', O: 'optional' } as const;

/** The data elements by number, in the order of the guide. */
export const ELEMENTS: ReadonlyMap<string, ElementRule> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('|')), elementOf(line)]),
);

function elementOf(line: string): ElementRule {
  const [number = '', conformance = 'O', typed = '', nulls = '', en = '', zh = ''] = line.split('|');
  const [type = '', more] = typed.split(' ');
  const length = type === 'version' ? 4 : type === 'meddra' ? 8 : type === 'unit' ? 50 : Number(more);
  return {
    number,
    en,
    zh,
    conformance: CONFORMANCE[conformance as keyof typeof CONFORMANCE],
    type: type as ElementRule['type'],
    ...(length > 0 ? { length } : {}),
    ...(type === 'date' ? { precision: more as NonNullable<ElementRule['precision']> } : {}),
    ...((type === 'code' || type === 'unit') && more !== undefined ? { list: more as CodeListName } : {}),
    nullFlavors: nulls === '' ? [] : nulls.split(' '),
  };
}
