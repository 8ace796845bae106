import { type ThemeConfig, theme } from 'antd';

/** The house's colours. Red is kept for danger alone; yellow warns and marks; teal is everything that can be pressed. */
export const PALETTE = {
  light: {
    primary: '#0b6b60',
    ground: '#f4f6f4',
    surface: '#ffffff',
    raised: '#ffffff',
    line: '#d9dfdc',
    ink: '#16211f',
    quiet: '#53635f',
    warm: '#8a5a00',
    warmFill: '#f2b632',
    good: '#1c7a3e',
    danger: '#b42318',
    info: '#1d5fa8',
  },
  dark: {
    primary: '#3fbfa9',
    ground: '#0c1413',
    surface: '#121d1b',
    raised: '#182624',
    line: '#2a3a37',
    ink: '#e6efec',
    quiet: '#9cb0ab',
    warm: '#f2b632',
    warmFill: '#f2b632',
    good: '#62c98a',
    danger: '#ff8a7d',
    info: '#7db7f5',
  },
} as const;

/** Series colours of plots: told apart by people with colour-blindness (Okabe and Ito 2008), reordered to our hues. */
export const SERIES = ['#009e73', '#e69f00', '#0072b2', '#d55e00', '#56b4e9', '#cc79a7', '#8c8c8c', '#b8a900'] as const;

const FONT = `system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif`;

export type Look = 'light' | 'dark';

export function antTheme(look: Look): ThemeConfig {
  const colours = PALETTE[look];
  return {
    algorithm: look === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      // Who asks the system for less motion sees things come and go at once.
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      colorPrimary: colours.primary,
      colorInfo: colours.primary,
      colorLink: colours.primary,
      colorSuccess: colours.good,
      colorWarning: look === 'dark' ? colours.warm : '#a86c00',
      colorError: colours.danger,
      colorTextBase: colours.ink,
      colorBgBase: colours.surface,
      colorBgLayout: colours.ground,
      colorBgElevated: colours.raised,
      colorTextPlaceholder: colours.quiet,
      colorTextDescription: colours.quiet,
      colorTextSecondary: colours.quiet,
      colorTextTertiary: colours.quiet,
      colorTextDisabled: colours.quiet,
      colorTextLightSolid: look === 'dark' ? '#06211d' : '#ffffff',
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 34,
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.18s',
    },
    // The dark algorithm dims these below the contrast that text needs.
    components: {
      Button: { colorError: colours.danger, colorErrorHover: colours.danger, colorErrorActive: colours.danger },
    },
  };
}
