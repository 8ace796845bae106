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
      cusum: 'CUSUM, k {{reference}}, h {{limit}}',
      lrpois: 'Likelihood ratio, Poisson, ×{{factor}}, threshold {{limit}}',
      lrnb: 'Likelihood ratio, negative binomial, ×{{factor}}, threshold {{limit}}',
      glrpois: 'GLR, Poisson, threshold {{limit}}',
      glrnb: 'GLR, negative binomial, threshold {{limit}}',
      bayes: 'Bayes, α {{alpha}}',
      rki: 'RKI, {{halfWidth}} counts, {{years}} years',
      cdc: 'CDC, {{years}} years, α {{alpha}}',
      'outbreak-p': 'outbreakP, threshold {{limit}}',
      binomcusum: 'CUSUM of the share of positives, odds ×{{oddsRatio}}, threshold {{limit}}',
      'farrington-classic': 'Farrington 1996, {{years}} years, α {{alpha}}',
      'essence-ewma': 'ESSENCE EWMA, {{baseline}} days',
      'essence-regression': 'ESSENCE regression, {{baseline}} days',
      'essence-switch': 'ESSENCE regression or EWMA, {{baseline}} days',
      'essence-nbinom': 'ESSENCE negative binomial, {{years}} years',
      'essence-serfling': 'Serfling, {{years}} years',
    },
    sources: {
      ears: 'Hutwagner et al., J Urban Health 2003;80:i89: mean and deviation of 7 days; standard deviation at least {{minSigma}}, at least {{leastCases}} cases',
      farrington:
        'Farrington 1996, Noufaily 2013 with negative binomial bound: the same weeks of {{years}} years; at least {{leastCases}} cases',
      scan: 'Kulldorff et al., PLoS Med 2005;2:e59, space-time permutation among districts; at least {{leastCases}} cases, p ≤ {{alpha}}',
      cusum:
        'Rossi, Lampugnani, Marchi, Stat Med 1999;18:2111: {{run}} counts against the mean of the {{past}} before; p: normal sums, Bonferroni over where the rise may have begun',
      lrpois:
        'Höhle, Paul, Comput Stat Data Anal 2008;52:4357: {{run}} counts against the mean of the {{past}} before; p: Markov’s inequality, Bonferroni over where the rise may have begun',
      lrnb: 'Höhle, Paul, Comput Stat Data Anal 2008;52:4357: overdispersion {{dispersion}}, {{run}} counts against the mean of the {{past}} before; p: Markov’s inequality, Bonferroni over where the rise may have begun',
      glrpois:
        'Höhle, Paul, Comput Stat Data Anal 2008;52:4357: {{run}} counts against the mean of the {{past}} before; p: Chernoff 1954, Bonferroni over where the rise may have begun',
      glrnb:
        'Höhle, Paul, Comput Stat Data Anal 2008;52:4357: overdispersion {{dispersion}}, {{run}} counts against the mean of the {{past}} before; p: Chernoff 1954, Bonferroni over where the rise may have begun',
      bayes:
        'Riebler 2004, Höhle, Comput Stat 2007;22:571: negative binomial from {{halfWidth}} counts before and {{years}} years',
      rki: 'Höhle, Comput Stat 2007;22:571: Poisson limit, above 20 mean and two deviations, of {{halfWidth}} counts before and {{years}} years',
      cdc: 'Stroup et al., Stat Med 1989;8:323: four weeks against those of {{years}} years, {{months}} months before and after',
      'outbreak-p':
        'Frisén, Andersson, Schiöler, Stat Med 2009;28:1977: a rising mean of {{run}} counts against a constant one; p: Robertson, Wright, Dykstra 1988',
      binomcusum:
        'Höhle 2010: positives of the persons tested, {{run}} counts against the share in the {{past}} before; p: Markov’s inequality, Bonferroni over where the rise may have begun',
      'farrington-classic':
        'Farrington et al., J R Stat Soc A 1996;159:547: {{halfWidth}} weeks before and after in {{years}} years',
      'essence-ewma': 'CDC ESSENCE in R Rnssp 0.3.1: {{baseline}} days, {{guard}} left out; alarm from {{alert}} on',
      'essence-regression':
        'CDC ESSENCE in R Rnssp 0.3.1: trend and weekday of {{baseline}} days, {{guard}} left out; alarm from {{alert}} on',
      'essence-switch':
        'CDC ESSENCE in R Rnssp 0.3.1: regression where it fits, else EWMA, of {{baseline}} days, {{guard}} left out; alarm from {{alert}} on',
      'essence-nbinom': 'CDC ESSENCE in R Rnssp 0.3.1: a yearly wave of {{years}} years up to {{run}} weeks ago',
      'essence-serfling': 'Serfling, Public Health Rep 1963;78:494: summers of {{years}} years up to {{run}} weeks ago',
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
      cusum: 'CUSUM，k {{reference}}，h {{limit}}',
      lrpois: '似然比，泊松，{{factor}} 倍，阈值 {{limit}}',
      lrnb: '似然比，负二项，{{factor}} 倍，阈值 {{limit}}',
      glrpois: '广义似然比，泊松，阈值 {{limit}}',
      glrnb: '广义似然比，负二项，阈值 {{limit}}',
      bayes: '贝叶斯，α {{alpha}}',
      rki: 'RKI，前 {{halfWidth}} 期，{{years}} 年',
      cdc: 'CDC，{{years}} 年，α {{alpha}}',
      'outbreak-p': 'outbreakP，阈值 {{limit}}',
      binomcusum: '阳性率 CUSUM，比值比 {{oddsRatio}}，阈值 {{limit}}',
      'farrington-classic': 'Farrington 1996，{{years}} 年，α {{alpha}}',
      'essence-ewma': 'ESSENCE EWMA，{{baseline}} 天',
      'essence-regression': 'ESSENCE 回归，{{baseline}} 天',
      'essence-switch': 'ESSENCE 回归或 EWMA，{{baseline}} 天',
      'essence-nbinom': 'ESSENCE 负二项，{{years}} 年',
      'essence-serfling': 'Serfling，{{years}} 年',
    },
    sources: {
      ears: 'Hutwagner 等，J Urban Health 2003;80:i89：前7天的均值与标准差；标准差至少 {{minSigma}}，病例至少 {{leastCases}} 例',
      farrington: 'Farrington 1996、Noufaily 2013，负二项上限：往年 {{years}} 年同期各周；病例至少 {{leastCases}} 例',
      scan: 'Kulldorff 等，PLoS Med 2005;2:e59，区县间时空重排；病例至少 {{leastCases}} 例，p ≤ {{alpha}}',
      cusum:
        'Rossi、Lampugnani、Marchi，Stat Med 1999;18:2111：近 {{run}} 期与其前 {{past}} 期的均值相比；p：正态和，对上升起点作 Bonferroni 校正',
      lrpois:
        'Höhle、Paul，Comput Stat Data Anal 2008;52:4357：近 {{run}} 期与其前 {{past}} 期的均值相比；p：马尔可夫不等式，对上升起点作 Bonferroni 校正',
      lrnb: 'Höhle、Paul，Comput Stat Data Anal 2008;52:4357：过度离散 {{dispersion}}，近 {{run}} 期与其前 {{past}} 期的均值相比；p：马尔可夫不等式，对上升起点作 Bonferroni 校正',
      glrpois:
        'Höhle、Paul，Comput Stat Data Anal 2008;52:4357：近 {{run}} 期与其前 {{past}} 期的均值相比；p：Chernoff 1954，对上升起点作 Bonferroni 校正',
      glrnb:
        'Höhle、Paul，Comput Stat Data Anal 2008;52:4357：过度离散 {{dispersion}}，近 {{run}} 期与其前 {{past}} 期的均值相比；p：Chernoff 1954，对上升起点作 Bonferroni 校正',
      bayes: 'Riebler 2004，Höhle，Comput Stat 2007;22:571：由前 {{halfWidth}} 期及 {{years}} 年得负二项上限',
      rki: 'Höhle，Comput Stat 2007;22:571：泊松上限，均值高于 20 时为均值加两倍标准差；前 {{halfWidth}} 期及 {{years}} 年',
      cdc: 'Stroup 等，Stat Med 1989;8:323：近四周与 {{years}} 年同期相比，前后各 {{months}} 个月',
      'outbreak-p':
        'Frisén、Andersson、Schiöler，Stat Med 2009;28:1977：{{run}} 期的上升均值与恒定均值相比；p：Robertson、Wright、Dykstra 1988',
      binomcusum:
        'Höhle 2010：受检者中的阳性，近 {{run}} 期与其前 {{past}} 期的阳性率相比；p：马尔可夫不等式，对上升起点作 Bonferroni 校正',
      'farrington-classic': 'Farrington 等，J R Stat Soc A 1996;159:547：{{years}} 年同期前后各 {{halfWidth}} 周',
      'essence-ewma': 'R Rnssp 0.3.1 中的 CDC ESSENCE：{{baseline}} 天，略去最近 {{guard}} 天；自 {{alert}} 级起预警',
      'essence-regression':
        'R Rnssp 0.3.1 中的 CDC ESSENCE：{{baseline}} 天的趋势与星期，略去最近 {{guard}} 天；自 {{alert}} 级起预警',
      'essence-switch':
        'R Rnssp 0.3.1 中的 CDC ESSENCE：拟合好时用回归，否则 EWMA，{{baseline}} 天，略去最近 {{guard}} 天；自 {{alert}} 级起预警',
      'essence-nbinom': 'R Rnssp 0.3.1 中的 CDC ESSENCE：截至 {{run}} 周前 {{years}} 年的年度波动',
      'essence-serfling': 'Serfling，Public Health Rep 1963;78:494：截至 {{run}} 周前 {{years}} 年的夏季',
    },
  },
} as const;
