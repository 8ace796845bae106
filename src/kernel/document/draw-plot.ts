import type { PrintedPlot } from './model.ts';
import { GAP, INK, LINE, MARGIN, makeRoom, QUIET, SIZES, widthOf, write } from './sheet.ts';

const HEIGHT = 170;
const AXIS_WIDTH = 28;
const BARS = '#009e73';
const MARKED = '#d55e00';
const LINES = ['#0072b2', '#cc79a7', '#e69f00', '#56b4e9', '#b04a00'];
const LABELS = 8;
const STEPS = 4;

/** Everything below the axis is told by numbers beside it, everything in it by the legend above it. */
export function drawPlot(pdf: PDFKit.PDFDocument, plot: PrintedPlot): void {
  makeRoom(pdf, HEIGHT + 80);
  write(pdf, plot.title, { size: SIZES.text, font: 'bold' });
  pdf.y += 2;
  drawLegend(pdf, plot);
  const top = pdf.y + 4;
  const frame = {
    left: MARGIN.left + AXIS_WIDTH,
    top,
    width: widthOf(pdf) - AXIS_WIDTH,
    height: HEIGHT,
    highest: highestOf(plot),
    places: Math.max(1, plot.labels.length),
  };
  drawAxes(pdf, plot, frame);
  drawBars(pdf, plot, frame);
  for (const [at, { values, isDashed }] of plot.lines.entries()) {
    pdf.lineWidth(1).strokeColor(LINES[at % LINES.length]!);
    if (isDashed === true) pdf.dash(3, { space: 2 });
    drawLine(pdf, values, frame);
    pdf.undash();
  }
  pdf.x = MARGIN.left;
  pdf.y = top + HEIGHT + SIZES.tiny + 2 * GAP;
}

interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  highest: number;
  places: number;
}

/** 1, 2 or 5 times a power of ten, so that the steps of the axis are round. */
function highestOf({ bars, lines }: PrintedPlot): number {
  const values = [
    ...(bars?.values ?? []),
    ...lines.flatMap(({ values: each }) => each.filter((value) => value !== null)),
  ];
  const most = values.reduce((highest, value) => (Number.isFinite(value) && value > highest ? value : highest), 0);
  if (most === 0) return STEPS;
  const power = 10 ** Math.floor(Math.log10(most / STEPS));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each * STEPS >= most) ?? most;
  return step * STEPS;
}

function drawLegend(pdf: PDFKit.PDFDocument, { bars, lines }: PrintedPlot): void {
  const entries = [
    ...(bars === undefined ? [] : [{ name: bars.name, colour: BARS }]),
    ...(bars?.marked === undefined ? [] : [{ name: bars.marked.name, colour: MARKED }]),
    ...lines.map(({ name }, at) => ({ name, colour: LINES[at % LINES.length]! })),
  ];
  let left = MARGIN.left;
  pdf.font('regular').fontSize(SIZES.tiny);
  const height = SIZES.tiny + 5;
  for (const { name, colour } of entries) {
    const width = pdf.widthOfString(name) + 22;
    if (left + width > MARGIN.left + widthOf(pdf)) {
      left = MARGIN.left;
      pdf.y += height;
    }
    const top = pdf.y;
    pdf.rect(left, top + 2, 8, SIZES.tiny - 1).fill(colour);
    pdf.fillColor(INK).text(name, left + 11, top, { lineBreak: false });
    pdf.y = top;
    left += width;
  }
  pdf.y += height;
}

function drawAxes(pdf: PDFKit.PDFDocument, { labels }: PrintedPlot, frame: Frame): void {
  const { left, top, width, height, highest } = frame;
  pdf.font('regular').fontSize(SIZES.tiny);
  for (let step = 0; step <= STEPS; step += 1) {
    const y = top + height - (step / STEPS) * height;
    pdf
      .moveTo(left, y)
      .lineTo(left + width, y)
      .lineWidth(0.5)
      .strokeColor(step === 0 ? QUIET : LINE)
      .stroke();
    const text = String(Number(((highest * step) / STEPS).toPrecision(6)));
    pdf.fillColor(QUIET).text(text, MARGIN.left, y - SIZES.tiny / 2, { width: AXIS_WIDTH - 4, align: 'right' });
  }
  const every = Math.max(1, Math.ceil(labels.length / LABELS));
  for (let at = 0; at < labels.length; at += every) {
    const options = { width: 60, align: 'center', lineBreak: false } as const;
    const x = Math.min(placeOf(frame, at) - 30, left + width - 60);
    pdf.fillColor(QUIET).text(labels[at]!, x, top + height + 5, options);
  }
}

function placeOf({ left, width, places }: Frame, at: number): number {
  return left + ((at + 0.5) / places) * width;
}

function drawBars(pdf: PDFKit.PDFDocument, { bars }: PrintedPlot, frame: Frame): void {
  if (bars === undefined) return;
  const { top, width, height, highest, places } = frame;
  const wide = Math.max(0.5, (width / places) * 0.8);
  for (const [at, value] of bars.values.entries()) {
    if (!(value > 0)) continue;
    const tall = (value / highest) * height;
    const isMarked = bars.marked?.which[at] === true;
    pdf.rect(placeOf(frame, at) - wide / 2, top + height - tall, wide, tall).fill(isMarked ? MARKED : BARS);
  }
}

/** Where there is no value the line has a gap. */
function drawLine(pdf: PDFKit.PDFDocument, values: readonly (number | null)[], frame: Frame): void {
  const { top, height, highest } = frame;
  let isDown = false;
  for (const [at, value] of values.entries()) {
    if (value === null || !Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    const [x, y] = [placeOf(frame, at), top + height - (Math.max(0, value) / highest) * height];
    if (isDown) pdf.lineTo(x, y);
    else pdf.moveTo(x, y);
    isDown = true;
  }
  pdf.stroke();
}
