/** Words of the estimates over the curve, and of the further methods. */
export const layering = {
  en: {
    layers: {
      title: 'Estimates over the curve',
      names: {
        nowcast: 'Nowcast: cases whose results are still to come',
        'back-projection': 'Infections, projected back from the cases',
        reproduction: 'R with an uncertain serial interval',
      },
      plot: 'The curve with the chosen estimates',
      limits: '95 %',
      none: 'Choose what is to be laid over the curve. It takes some seconds.',
      by: 'Nowcast by',
      methods: { lawless: 'Lawless 1994', bayes: 'Bayes, truncated (Höhle and an der Heiden 2014)' },
      notes: {
        nowcast:
          'Nowcast by {{by}} from {{cases}} cases of the last 60 days with a day of sampling and one of report; delays up to {{days}} days.',
        'back-projection':
          'Back-projection: Becker, Watson and Carlin 1991, smoothed over 3 days, interval by 100 bootstrap samples. Incubation taken as gamma with mean {{mean}} and sd {{sd}} days: an assumption from its usual range. Of as many last days nothing can be said.',
        reproduction:
          'R: Cori et al. 2013, windows of 7 days; mean {{mean}} and sd {{sd}} days of the serial interval each uncertain by {{percent}} % (truncated normal, 100 intervals), prior mean and sd 5.',
      },
    },
    judges: {
      title: 'Judge this series by another method',
      method: 'Method',
      none: 'None',
      bound: 'Bound',
      statistic: 'Statistic',
      threshold: 'Threshold',
      statisticOf: 'Statistic: {{rule}}',
      uncorrected: 'Not corrected for many series; raises no alarm.',
    },
  },
  zh: {
    layers: {
      title: '叠加在曲线上的估计',
      names: {
        nowcast: '现时预测：结果尚未到达的病例',
        'back-projection': '由病例反推的感染时间',
        reproduction: '代际间隔不确定时的 R',
      },
      plot: '曲线与所选估计',
      limits: '95 %',
      none: '请选择要叠加在曲线上的估计，需要数秒。',
      by: '现时预测方法',
      methods: { lawless: 'Lawless 1994', bayes: '贝叶斯截断法（Höhle 与 an der Heiden 2014）' },
      notes: {
        nowcast: '现时预测：{{by}}，依据近60天内有采样日期和报告日期的 {{cases}} 例；延迟最长 {{days}} 天。',
        'back-projection':
          '反推：Becker、Watson 与 Carlin 1991，3天平滑，区间来自100次自助抽样。潜伏期按其通常范围假定为均值 {{mean}} 天、标准差 {{sd}} 天的伽马分布。最近同样多的天数无法判断。',
        reproduction:
          'R：Cori 等 2013，七日窗；代际间隔均值 {{mean}} 天、标准差 {{sd}} 天，各有 {{percent}} % 的不确定性（截断正态，100个区间），先验均值与标准差为5。',
      },
    },
    judges: {
      title: '用其他方法判断此序列',
      method: '方法',
      none: '无',
      bound: '上限',
      statistic: '统计量',
      threshold: '阈值',
      statisticOf: '统计量：{{rule}}',
      uncorrected: '未作多序列校正，不发出预警。',
    },
  },
} as const;
