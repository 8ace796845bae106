import type { Finding } from './model.ts';

/**
 * The most frequent surnames, about 98 % of people: the order of the Ministry of Public Security's yearly name reports and the Hundred Family Surnames;
 * traditional forms as written in Hong Kong and Macao.
 */
const SINGLE = new Set(
  `王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤
   康易乔赖文施洪季尚梅俞葛章安倪鲁殷柯翟柳辛管祝左涂岳祁耿詹牛欧颜温关焦舒华聂骆齐伍饶庄邢麦符童甘卓裴路巩翁蓝谷盛冷游辜凌盘屈项宁兰霍莊苗池阮纪成申靳滕包房阳鲍储单卞栾褚娄窦桂简
   張劉陳楊黃趙吳孫馬羅鄭謝許韓鄧馮蕭葉蘇呂盧鍾薑譚陸範賈鄒閆龍賀顧龔萬錢戴嚴湯喬賴倪魯塗顏溫關華聶駱齊饒莊麥藍項寧蘭紀陽鮑單欒婁竇簡傅阎閻萧卫衛卜应應柏缪戚虞丛隋郁岑區冼鄔鄺凌招伦苏翟利甄司徒霍容葵古丘仇封尤劳勞容游湛黃`.replaceAll(
    /\s/g,
    '',
  ),
);
const DOUBLE = new Set(
  '欧阳 歐陽 司徒 司马 司馬 上官 诸葛 諸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 夏侯 轩辕 端木 独孤 南宫 西门 呼延 申屠 濮阳 淳于 钟离 赫连 鲜于 闻人'.split(
    ' ',
  ),
);
/** Words that begin like a surname and are none. */
const WORDS = new Set(
  `高血压 高血脂 高血糖 高热 高烧 高度 高龄 高危 高值 高中 白细胞 白蛋白 白血病 白带 白天 白色 黄疸 黄色 黄体 黄染 金属 金黄 石膏 石头 江门 江苏 江西 江南 常规 常见 常温 常量 安全 安静 安定 方法 方案 方式 方便 水肿 温度 温和 温水 时间 何时 何地 何处 何种 任何 任意
   马上 马路 路径 路程 成人 成年 成功 成熟 成分 单位 单纯 单核 单独 单次 单个 关节 关闭 关系 关于 关注 管理 管型 管道 管状 华南 华东 华北 文化 文件 文字 文档 于是 于此 余量 余项 许可 许多 石蜡 万古霉素 万分 向上 向下 向心 向日葵 左侧 左上 左肺 左心 左手 左眼 左肾 游离 游走 易感 易激 易患 施行 施加 章节 史料
   史无 包括 包块 包含 包膜 包装 房颤 房间 房室 阳性 阳台 阴性 成都 武汉 贺州 梅州 梅毒 梅花 韶关 贵州 桂林 海南 宁夏 宁波 甘油 甘肃 谷丙 谷草 谷氨酸 谷类 蓝色 蓝光 龙岗 龙华 田野 林地 雷暴 夏天 夏季 秦皇岛 万一 毛发 毛细 毛囊 齐全 齐整 康复 康宁 简单 简要 简介 简称 盛行 符合 符号 童年 冷藏 冷冻 冷链 冷汗 季节 季度
   季肋 顾虑 严重 严格 严密 严禁 明显 钱币 陈旧 陈述 陈醋 唐氏 曾经 曾有 曾患 曾用 郑州 徐州 苏州 苏醒 杭州 广州 温州 常州 福州 柳州 深圳 洪水 洪亮 梁柱 袁隆 邓小平 项目 项次 屈曲 屈光 屈伸 沈阳 贾第 池塘 申请 申报 包皮 孔径 孔洞 孔隙 侯诊 金标 金葡 米粉 范围 范例 肖像 程度 程序 程控 程式 谢绝 谢谢 叶酸 叶片 叶状 丁香 丁卡
   古典 古老 利尿 利福平 利多卡因 利率 利用 利于 区域 區域 区分 区间 尤其 尤为 封闭 封装 容量 容易 容器 容积 劳动 劳累 勞動 仇恨 丘疹 丘脑 丘陵 招募 招标 阮囊 纪录 纪要 滕州 储存 储备 单核细胞 霍乱 霍奇金 霍山 苗条 苗种 卓越 裴多 路线 翁郁 凌晨 凌乱 盘状 盘点 兰州 蘭州 辛辣 辛伐 祝福 祝愿 牛奶 牛肉 牛痘 欧洲 欧盟 颜色 颜面 顏色 聂耳 伍德 饶舌 庄重 邢台 麦冬 麦粒肿 麦芽 甘草 武器 武警
   向导 汤剂 汤药 莫非 莫名 覃思 尚未 尚可 尚有 俞穴 鲁棒 殷实 柯萨奇 管腔 涂片 涂抹 岳阳 詹姆斯 温泉 舒张压 舒适 舒服 华人 华侨 骆驼 魏晋 吕梁 任务 任职 姚明 钟表 姜黄 姜汁 陆地 陆续 汪洋 廖若 石灰 石油 韦伯 付款 付费 方向 方面 邹城 熊猫 孟德尔 邱北 侯门 江河 尹始 薛定谔 段落 雷达 黎明 史前 陶瓷 郝斯特 龚自 万元 万能 武术 戴口罩 戴上 严肃 孔雀 安慰剂 安排 安装`
    .split(/\s+/)
    .filter(Boolean),
);

const HAN = '\\p{Script=Han}';
const LABEL =
  '(?:姓名|患者|病人|患儿|产妇|受检者|受检人|家属|联系人|紧急联系人|监护人|父亲|母亲|配偶|丈夫|妻子|报告人|审核人|审核者|检验者|检验员|送检医生|送检医师|申请医生|申请医师|主治医生|主治医师|主诊医生|签名|签字|经手人|采样人|录入人|姓名|聯絡人|聯繫人|病人姓名|患者姓名|醫生|醫師)';
const TITLE =
  '(?:先生|女士|小姐|太太|医生|醫生|医师|醫師|主任|教授|护士|護士|护士长|老师|同志|小朋友|阿姨|叔叔|伯伯|院长|大夫|药师|技师)';
const RELATION = '(?:之子|之女|之妻|之夫)';

const AFTER_LABEL = new RegExp(`${LABEL}(?:为|是|叫|：|:|\\s|，|,|（|\\()*(${HAN}{2,4})`, 'gu');
const BEFORE_TITLE = new RegExp(`(${HAN}{1,4}?)${TITLE}`, 'gu');
const BEFORE_SEX = new RegExp(`(?<!${HAN})(${HAN}{2,4})\\s*[,，、(（]\\s*(?:男|女)(?!${HAN}{2})`, 'gu');
const BEFORE_RELATION = new RegExp(`(?<!${HAN})(${HAN}{2,4})${RELATION}`, 'gu');
/** Letters in the middle stand for characters that were taken out: 张某, 李XX, 王**. */
const MASKED = /[某*×xX]/;

/** Names in running Chinese text: after a label, before a title, before the sex; and a text that is nothing but a name. */
export function findChineseNames(text: string): Finding[] {
  const findings: Finding[] = [];
  const note = (start: number, length: number): void => {
    findings.push({ kind: 'name', certainty: 'likely', start, end: start + length });
  };
  for (const match of text.matchAll(AFTER_LABEL)) {
    const length = nameLength(match[1]!);
    if (length > 0) note(match.index + match[0].length - match[1]!.length, length);
  }
  for (const match of text.matchAll(BEFORE_TITLE)) {
    const before = text.slice(0, match.index + match[1]!.length);
    const length = nameBefore(before);
    if (length > 0) note(before.length - length, length);
  }
  for (const pattern of [BEFORE_SEX, BEFORE_RELATION])
    for (const match of text.matchAll(pattern)) if (isChineseName(match[1]!)) note(match.index, match[1]!.length);
  const trimmed = text.trim();
  if (isChineseName(trimmed) && trimmed.length >= 2) note(text.indexOf(trimmed), trimmed.length);
  return findings;
}

/** A surname with one or two characters more, and no other word. */
function isChineseName(text: string): boolean {
  if (!/^\p{Script=Han}{2,4}$/u.test(text) || MASKED.test(text) || isWord(text)) return false;
  if (DOUBLE.has(text.slice(0, 2))) return text.length >= 3;
  return SINGLE.has(text[0]!) && text.length <= 3;
}

function isWord(text: string): boolean {
  for (let length = 2; length <= text.length; length += 1) if (WORDS.has(text.slice(0, length))) return true;
  return /[性症炎病癌瘤科院部室率量值度期类型组检查治疗]$/u.test(text);
}

/** How much of what follows a label is a name: as many characters as sound like one. */
function nameLength(text: string): number {
  for (const length of [4, 3, 2]) {
    const piece = text.slice(0, length);
    if (piece.length !== length || !isChineseName(piece)) continue;
    // 张伟主诉: the third character belongs to the next word.
    if (length === 3 && /[主诉于因自在入出曾有无的与和已被需请为是今昨男女]$/u.test(piece)) continue;
    return length;
  }
  return 0;
}

/** How much of the end of a text is a name, before a title. */
function nameBefore(text: string): number {
  for (const length of [4, 3, 2]) {
    const piece = text.slice(-length);
    if (piece.length === length && isChineseName(piece)) return length;
  }
  // 王医生: a surname alone is a name only at the beginning of a word.
  const [last, previous] = [text.at(-1) ?? '', text.at(-2)];
  return SINGLE.has(last) && (previous === undefined || !/\p{Script=Han}/u.test(previous)) ? 1 : 0;
}
