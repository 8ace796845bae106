/** Words that the pages and the printed report share. Placeholders as i18next writes them: `{{years}}`. */
export const WORDS = {
  en: {
    states: { new: 'New', triage: 'In triage', verified: 'Verified', escalated: 'Escalated', closed: 'Closed' },
    findings: {
      outbreak: 'An outbreak',
      sporadic: 'Cases without a link',
      'reporting-artefact': 'An artefact of reporting',
      'test-artefact': 'An artefact of testing',
      known: 'Known already',
      none: 'Nothing',
    },
    eventKinds: { note: 'Note', contact: 'Contact', exposure: 'Exposure' },
    sexes: { male: 'male', female: 'female', other: 'other', unknown: 'unknown' },
    classes: { A: 'A', B: 'B', C: 'C', none: 'not notifiable' },
    rules: {
      fixed: '{{cases}} cases in {{days}} days',
      ears: 'EARS {{type}}, α {{alpha}}',
      farrington: 'Farrington, {{years}} years, α {{alpha}}',
      scan: 'Space-time scan, {{days}} days, {{replicates}} replicates',
    },
    sources: {
      ears: 'Hutwagner et al., J Urban Health 2003;80:i89: mean and deviation of 7 days; standard deviation at least {{minSigma}}, at least {{leastCases}} cases',
      farrington:
        'Farrington 1996, Noufaily 2013 with negative binomial bound: the same weeks of {{years}} years; at least {{leastCases}} cases',
      scan: 'Kulldorff et al., PLoS Med 2005;2:e59, space-time permutation among districts; at least {{leastCases}} cases, p ≤ {{alpha}}',
    },
  },
  zh: {
    states: { new: '新', triage: '初审中', verified: '已核实', escalated: '已上报', closed: '已结' },
    findings: {
      outbreak: '暴发',
      sporadic: '无关联的散发病例',
      'reporting-artefact': '报告所致假象',
      'test-artefact': '检测所致假象',
      known: '已知',
      none: '无',
    },
    eventKinds: { note: '记录', contact: '接触者', exposure: '暴露' },
    sexes: { male: '男', female: '女', other: '其他', unknown: '不明' },
    classes: { A: '甲类', B: '乙类', C: '丙类', none: '非法定报告' },
    rules: {
      fixed: '{{days}} 天内 {{cases}} 例',
      ears: 'EARS {{type}}，α {{alpha}}',
      farrington: 'Farrington，{{years}} 年，α {{alpha}}',
      scan: '时空扫描，{{days}} 天，{{replicates}} 次模拟',
    },
    sources: {
      ears: 'Hutwagner 等，J Urban Health 2003;80:i89：前7天的均值与标准差；标准差至少 {{minSigma}}，病例至少 {{leastCases}} 例',
      farrington: 'Farrington 1996、Noufaily 2013，负二项上限：往年 {{years}} 年同期各周；病例至少 {{leastCases}} 例',
      scan: 'Kulldorff 等，PLoS Med 2005;2:e59，区县间时空重排；病例至少 {{leastCases}} 例，p ≤ {{alpha}}',
    },
  },
} as const;
